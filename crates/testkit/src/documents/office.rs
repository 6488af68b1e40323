//! Office documents with a known text.

use super::zipped::{escaped, zipped};

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const SHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// What the package holds: readers begin there.
pub(super) fn package(part: &str) -> (&'static str, String) {
    let relation = format!("<Relationship Id=\"rId1\" Type=\"{RELATIONS}/officeDocument\" Target=\"{part}\"/>");
    ("_rels/.rels", format!("<Relationships xmlns=\"{PACKAGE}\">{relation}</Relationships>"))
}

/// A DOCX of sections: a heading, and the paragraphs under it.
pub fn docx(sections: &[(&str, &[&str])]) -> Vec<u8> {
    let mut body = String::new();
    for (heading, paragraphs) in sections {
        let style = "<w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr>";
        body += &format!("<w:p>{style}<w:r><w:t>{}</w:t></w:r></w:p>", escaped(heading));
        for paragraph in *paragraphs {
            // As Word does: a paragraph comes in runs.
            let middle = paragraph.char_indices().nth(paragraph.chars().count() / 2).map_or(0, |(at, _)| at);
            let (first, second) = paragraph.split_at(middle);
            body += "<w:p>";
            for run in [first, second] {
                body += &format!("<w:r><w:t xml:space=\"preserve\">{}</w:t></w:r>", escaped(run));
            }
            body += "</w:p>";
        }
    }
    let document =
        format!("<?xml version=\"1.0\"?><w:document xmlns:w=\"{WORD}\"><w:body>{body}</w:body></w:document>");
    let (rels, package) = package("word/document.xml");
    zipped([
        ("[Content_Types].xml", &b"<Types/>"[..]),
        (rels, package.as_bytes()),
        ("word/document.xml", document.as_bytes()),
    ])
}

/// An XLSX of sheets: their names, and rows of cells of text.
pub fn xlsx(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let (mut listed, mut related, mut parts) = (String::new(), String::new(), Vec::new());
    for (n, (name, rows)) in (1..).zip(sheets) {
        listed += &format!("<sheet name=\"{}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>", escaped(name));
        related +=
            &format!("<Relationship Id=\"rId{n}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>");
        let mut data = String::new();
        for (row, cells) in (1..).zip(*rows) {
            data += &format!("<row r=\"{row}\">");
            for (column, cell) in ('A'..='Z').zip(*cells) {
                data += &format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{}</t></is></c>", escaped(cell));
            }
            data += "</row>";
        }
        let sheet = format!("<worksheet xmlns=\"{SHEET}\"><sheetData>{data}</sheetData></worksheet>");
        parts.push((format!("xl/worksheets/sheet{n}.xml"), sheet));
    }
    let workbook = format!("<workbook xmlns=\"{SHEET}\" xmlns:r=\"{RELATIONS}\"><sheets>{listed}</sheets></workbook>");
    parts.push(("xl/workbook.xml".to_owned(), workbook));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<Relationships xmlns=\"{PACKAGE}\">{related}</Relationships>"),
    ));
    let (rels, package) = package("xl/workbook.xml");
    parts.push((rels.to_owned(), package));
    zipped(parts.iter().map(|(name, content)| (name.as_str(), content.as_bytes())))
}

/// A PPTX of slides, each of lines. Their parts are numbered backwards: the presentation alone has the order.
pub fn pptx(slides: &[&[&str]]) -> Vec<u8> {
    let (mut listed, mut related, mut parts) = (String::new(), String::new(), Vec::new());
    for (n, lines) in (1..).zip(slides) {
        let number = slides.len() + 1 - n;
        listed += &format!("<p:sldId id=\"{}\" r:id=\"rId{n}\"/>", 255 + n);
        related +=
            &format!("<Relationship Id=\"rId{n}\" Type=\"{RELATIONS}/slide\" Target=\"slides/slide{number}.xml\"/>");
        let text: String =
            lines.iter().map(|line| format!("<a:p><a:r><a:t>{}</a:t></a:r></a:p>", escaped(line))).collect();
        let slide = format!("<p:sld xmlns:p=\"p\" xmlns:a=\"a\"><p:txBody>{text}</p:txBody></p:sld>");
        parts.push((format!("ppt/slides/slide{number}.xml"), slide));
    }
    let presentation = format!(
        "<p:presentation xmlns:p=\"p\" xmlns:r=\"{RELATIONS}\"><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>"
    );
    parts.push(("ppt/presentation.xml".to_owned(), presentation));
    parts.push((
        "ppt/_rels/presentation.xml.rels".to_owned(),
        format!("<Relationships xmlns=\"{PACKAGE}\">{related}</Relationships>"),
    ));
    zipped(parts.iter().map(|(name, content)| (name.as_str(), content.as_bytes())))
}
