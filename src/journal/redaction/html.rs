//! Pages: what stands in their forms and links. The page that posts an authorization response holds a code (Form Post §2), and
//! every address of a sign-in holds its request.

use super::{
    Redaction,
    names::{Care, Place},
};

/// Attributes that hold an address.
const ADDRESSES: &[&str] = &["href", "src", "action", "formaction", "content", "data-href"];

impl Redaction<'_> {
    /// A page without the secrets in its forms and links.
    pub fn html(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 16);
        let mut rest = text;
        while let Some(begin) = rest.find('<') {
            let (before, tag) = rest.split_at(begin);
            out.push_str(&self.words("page", before));
            let (tag, behind) = tag.split_at(length_of_tag(tag));
            self.tag(tag, &mut out);
            rest = behind;
        }
        out.push_str(&self.words("page", rest));
        out
    }

    fn tag(&mut self, tag: &str, out: &mut String) {
        let attributes = attributes(tag);
        let field = attributes.iter().find(|one| one.name.eq_ignore_ascii_case("name"));
        let field = field.map(|one| one.value.to_owned());
        let mut from = 0;
        for Attribute { name, value, begin } in attributes {
            out.push_str(tag.get(from..begin).unwrap_or_default());
            from = begin + value.len();
            let plain = value.replace("&amp;", "&").replace("&#38;", "&");
            let kept = self.attribute(field.as_deref(), name, &plain);
            if kept == plain {
                out.push_str(value);
            } else {
                out.push_str(&kept.replace('&', "&amp;").replace('"', "&quot;"));
            }
        }
        out.push_str(tag.get(from..).unwrap_or_default());
    }

    fn attribute(&mut self, field: Option<&str>, name: &str, value: &str) -> String {
        if name.eq_ignore_ascii_case("value") {
            let field = field.unwrap_or_default();
            let care = self.care(field, Place::Parameter);
            return self
                .cared_for(care, field, value)
                .unwrap_or_else(|| self.words(field, value));
        }
        if ADDRESSES.iter().any(|one| name.eq_ignore_ascii_case(one)) {
            return self.address(value);
        }
        let data = name.strip_prefix("data-");
        let care = data.map_or(Care::Open, |name| self.care(name, Place::Attribute));
        self.cared_for(care, name, value)
            .unwrap_or_else(|| self.words(name, value))
    }
}

struct Attribute<'t> {
    name: &'t str,
    value: &'t str,
    /// Where the value begins in its tag.
    begin: usize,
}

/// Up to and with the `>` that ends a tag, or to the end of a text that was cut off.
fn length_of_tag(text: &str) -> usize {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (None, b'>') => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn attributes(tag: &str) -> Vec<Attribute<'_>> {
    let bytes = tag.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(equals) = tag.get(at..).and_then(|rest| rest.find('=')).map(|found| at + found) {
        let name = tag.get(..equals).unwrap_or_default().trim_end();
        let begin_of_name = name.rfind(|c: char| c.is_whitespace() || c == '<' || c == '"' || c == '\'');
        let name = name
            .get(begin_of_name.map_or(0, |before| before + 1)..)
            .unwrap_or_default();
        let mut begin = equals + 1;
        while bytes.get(begin).is_some_and(u8::is_ascii_whitespace) {
            begin += 1;
        }
        let rest = tag.get(begin..).unwrap_or_default();
        let (skip, length) = match bytes.get(begin) {
            Some(&quote @ (b'"' | b'\'')) => {
                let inner = rest.get(1..).unwrap_or_default();
                (1, inner.find(char::from(quote)).unwrap_or(inner.len()))
            }
            _ => (
                0,
                rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len()),
            ),
        };
        begin += skip;
        let value = tag.get(begin..begin + length).unwrap_or_default();
        found.push(Attribute { name, value, begin });
        at = begin + length;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::Key;
    use super::*;

    const SECRET: &str = "k2BmZ0m4Zt6c2oB0O2V7mC1x5uH8sQ3yJ9wR4eT6aD0";

    fn kept(text: &str) -> String {
        Redaction::new(&Key::default(), "/").html(text)
    }

    #[test]
    fn no_field_link_or_cut_off_tag_keeps_its_secret() {
        for page in [
            format!(r#"<input type="hidden" name="code" value="{SECRET}">"#),
            format!(r#"<input value='{SECRET}' name='state'>"#),
            format!(r#"<input name=password value={SECRET}>"#),
            format!(r#"<form action="/login?x=1&amp;request={SECRET}" method="post">"#),
            format!(r#"<a href="https://x.example/video/{SECRET}">"#),
            format!(r#"<meta http-equiv="refresh" content="0;url=https://x.example/cb?code={SECRET}">"#),
            format!(r#"<main data-sso-token="{SECRET}">"#),
            format!(r#"<code>https://x.example/cb?sso_token={SECRET}&amp;x=1</code>"#),
            format!(r#"<p>eyJhbGciOiJub25lIn0.e30.{SECRET}</p>"#),
            format!(r#"<input name="code" value="{SECRET}"#),
        ] {
            let kept = kept(&page);
            assert!(!kept.contains("m4Zt6c2oB0O2V7mC1x5uH8sQ3yJ9wR4eT6aD0"), "{kept}");
            assert!(kept.contains('…'), "{kept}");
        }
    }

    #[test]
    fn the_rest_of_a_page_stays_to_the_message() {
        for page in [
            "<!doctype html>\n<html lang=\"en\"><body class='a b'><p>1 < 2 &amp; 3</p><br/></body></html>",
            r#"<button name="persona" value="anne">Anne</button><a href="/account?a=1&amp;b=2">x</a>"#,
            "<",
            "",
        ] {
            assert_eq!(kept(page), page);
        }
    }
}
