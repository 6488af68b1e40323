//! Documents made by the tests themselves: well-formed ones with a known text, and ones that nobody should have to read.

mod hostile;
mod office;
mod pdf;
mod zipped;

pub use hostile::{
    docx_with_deep_xml, docx_with_entity_bomb, docx_with_huge_part, encrypted_docx, encrypted_pdf, huge_png,
    nested_zip, pdf_with_cyclic_pages, pdf_with_deep_objects, pdf_without_pages, xlsx_with_huge_part,
};
pub use office::{docx, pptx, xlsx};
pub use pdf::pdf;
