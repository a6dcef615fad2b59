//! A prescription as a PDF (ISO 32000-1): one A4 page in one of the fonts that every reader has.

use jiff::tz::TimeZone;
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::model::Prescription;

/// A4, in points.
const PAGE: Rect = Rect {
    x1: 0.0,
    y1: 0.0,
    x2: 595.0,
    y2: 842.0,
};
const LEFT: f32 = 72.0;
const TOP: f32 = 760.0;
const LINE: f32 = 20.0;
/// How many lines fit on the page.
const MOST_LINES: usize = 34;
/// How many characters fit on a line.
const LONGEST_LINE: usize = 80;

/// The document.
pub fn prescription(prescription: &Prescription, organization: &str) -> Vec<u8> {
    let (catalog, pages, page, font, content, info) = (
        Ref::new(1),
        Ref::new(2),
        Ref::new(3),
        Ref::new(4),
        Ref::new(5),
        Ref::new(6),
    );
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    let mut only = pdf.page(page);
    only.media_box(PAGE).parent(pages).contents(content);
    only.resources().fonts().pair(Name(b"F1"), font);
    only.finish();
    pdf.type1_font(font)
        .base_font(Name(b"Helvetica"))
        .encoding_predefined(Name(b"WinAnsiEncoding"));
    pdf.stream(content, &written(&lines(prescription, organization)));
    pdf.document_info(info)
        .title(TextStr(&format!("Prescription {}", prescription.code)))
        .producer(TextStr("Anteroom"));
    pdf.finish()
}

fn written(lines: &[String]) -> Vec<u8> {
    let mut content = Content::new();
    for (number, line) in (0..MOST_LINES).zip(lines) {
        let size = if number == 0 { 20.0 } else { 12.0 };
        content.begin_text();
        content.set_font(Name(b"F1"), size);
        content.next_line(LEFT, TOP - LINE * number as f32);
        content.show(Str(&in_windows_1252(line)));
        content.end_text();
    }
    content.finish().to_vec()
}

fn lines(prescription: &Prescription, organization: &str) -> Vec<String> {
    let patient = &prescription.patient;
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let names = [patient.first_name.as_deref(), patient.last_name.as_deref()];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let issued = prescription.issued_at.to_zoned_datetime(TimeZone::UTC).date();
    let mut lines = vec![
        "Prescription".to_owned(),
        String::new(),
        format!("Patient: {name}"),
        format!("Born: {}", or_dash(patient.birth_date.map(|date| date.to_string()))),
        format!("Gender: {}", or_dash(patient.gender.clone())),
        format!("Issued: {issued} by {organization}"),
        format!("Code: {}", prescription.code),
        String::new(),
        "Active substances:".to_owned(),
    ];
    lines.extend(prescription.active_substances.iter().map(|one| format!("  {one}")));
    lines.push(String::new());
    lines.push("Made by an emulator. No pharmacy may accept it.".to_owned());
    lines
        .iter()
        .map(|line| line.chars().take(LONGEST_LINE).collect())
        .collect()
}

/// The encoding of the font equals Latin-1 for printable characters; all others become question marks.
fn in_windows_1252(text: &str) -> Vec<u8> {
    text.chars()
        .map(|character| {
            let byte = u8::try_from(u32::from(character)).ok();
            let printable = byte.filter(|byte| matches!(byte, 0x20..=0x7e | 0xa0..=0xff));
            printable.unwrap_or(b'?')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_outside_the_encoding_become_question_marks() {
        assert_eq!(in_windows_1252("Añá €\u{7}"), b"A\xf1\xe1 ??");
    }
}
