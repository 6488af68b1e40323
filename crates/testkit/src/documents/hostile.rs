//! Documents that are made to harm whoever reads them.

use super::{
    office::{docx, package},
    pdf::written,
    zipped::{zipped, zipped_with_bomb},
};

/// A DOCX whose text unpacks to so many MiB.
pub fn docx_with_huge_part(mebibytes: usize) -> Vec<u8> {
    zipped_with_bomb(
        &[("word/document.xml", b"<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>")],
        mebibytes,
        b'a',
        b"</w:t></w:r></w:p>",
    )
}

/// An XLSX whose shared texts unpack to so many MiB.
pub fn xlsx_with_huge_part(mebibytes: usize) -> Vec<u8> {
    let workbook: &[u8] = b"<workbook><sheets/></workbook>";
    let (rels, package) = package("xl/workbook.xml");
    let parts =
        [(rels, package.as_bytes()), ("xl/workbook.xml", workbook), ("xl/sharedStrings.xml", &b"<sst><si><t>"[..])];
    zipped_with_bomb(&parts, mebibytes, b'a', b"</t></si></sst>")
}

/// A DOCX in a zip in a zip, and so on.
pub fn nested_zip(depth: usize) -> Vec<u8> {
    (0..depth).fold(docx(&[("Inside", &["deep"])]), |inner, _| zipped([("inner.zip", inner.as_slice())]))
}

/// A DOCX whose elements nest this deep.
pub fn docx_with_deep_xml(depth: usize) -> Vec<u8> {
    let document = format!("{}deep{}", "<w:p>".repeat(depth), "</w:p>".repeat(depth));
    zipped([("word/document.xml", document.as_bytes())])
}

/// A DOCX with entities that would unpack to three billion laughs.
pub fn docx_with_entity_bomb() -> Vec<u8> {
    let mut entities = String::from("<!ENTITY l0 \"laugh\">");
    for n in 1..10 {
        let inner = format!("&l{};", n - 1).repeat(10);
        entities += &format!("<!ENTITY l{n} \"{inner}\">");
    }
    let document = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE d [{entities}]><w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>before &l9; \
         after</w:t></w:r></w:p></w:body></w:document>"
    );
    zipped([("word/document.xml", document.as_bytes())])
}

/// What Word saves with a password: a container of the old kind with one encrypted stream.
pub fn encrypted_docx() -> Vec<u8> {
    let mut container = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    container.resize(1024, 0);
    container.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    container.resize(4096, 0);
    container
}

/// A PDF with a password.
pub fn encrypted_pdf() -> Vec<u8> {
    let key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [] /Count 0 >>".to_owned(),
        format!("<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <{key}> /U <{key}> >>"),
    ];
    written(&objects, "/Encrypt 3 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]")
}

/// A PDF without a page.
pub fn pdf_without_pages() -> Vec<u8> {
    written(&["<< /Type /Catalog /Pages 2 0 R >>".to_owned(), "<< /Type /Pages /Kids [] /Count 0 >>".to_owned()], "")
}

/// A PDF whose pages lead to themselves.
pub fn pdf_with_cyclic_pages() -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 2 /Parent 3 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 /Parent 2 0 R >>".to_owned(),
    ];
    written(&objects, "")
}

/// A PDF with a list in a list, this deep.
pub fn pdf_with_deep_objects(depth: usize) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /Deep 3 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [] /Count 0 >>".to_owned(),
        format!("{}{}", "[".repeat(depth), "]".repeat(depth)),
    ];
    written(&objects, "")
}

/// A PNG that says it is this wide and high, and holds nothing.
pub fn huge_png(width: u32, height: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend(width.to_be_bytes());
    png.extend(height.to_be_bytes());
    // Eight bits, RGB; then the checksum, which few look at.
    png.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    png
}
