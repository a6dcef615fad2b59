//! Pages: what stands in their forms, links and texts. The page that posts an authorization response holds a code
//! (Form Post §2), and every address of a sign-in holds its request.
//!
//! The page is read by a tokenizer of the HTML standard. What has no secret stays as it was written, character by
//! character; a tag that was cut off is left out.

use std::convert::Infallible;

use html5gum::{
    Span, Tokenizer,
    emitters::callback::{CallbackEmitter, CallbackEvent},
};

use super::{
    ELLIPSIS, Redaction,
    names::{Care, Place},
};

/// Attributes that hold an address.
const ADDRESSES: &[&str] = &["href", "src", "action", "formaction", "content", "data-href"];

impl Redaction<'_> {
    /// A page without the secrets in its forms, links and texts.
    pub fn html(&mut self, text: &str) -> String {
        let mut page = Page {
            redaction: self,
            text,
            at: 0,
            out: String::with_capacity(text.len() + 16),
            tag: Tag::default(),
            inside: Tag::default(),
        };
        let callback = |event: CallbackEvent<'_>, span: Span<usize>| -> Option<Infallible> {
            page.take(event, span);
            None
        };
        let mut emitter = CallbackEmitter::new(callback);
        emitter.naively_switch_states(true);
        let Ok(()) = Tokenizer::new_with_emitter(text, emitter).finish();
        page.end()
    }
}

struct Page<'p, 'k, 't> {
    redaction: &'p mut Redaction<'k>,
    text: &'t str,
    /// Up to here the page has been handled.
    at: usize,
    out: String,
    /// The tag that is being read.
    tag: Tag,
    /// The last start tag: the one a text stands in.
    inside: Tag,
}

#[derive(Default)]
struct Tag {
    /// In lower case, as names of attributes are.
    name: String,
    attributes: Vec<Attribute>,
}

struct Attribute {
    name: String,
    /// With its character references resolved.
    value: String,
    /// Where the value stands in the page.
    span: Span<usize>,
}

impl Page<'_, '_, '_> {
    fn take(&mut self, event: CallbackEvent<'_>, span: Span<usize>) {
        match event {
            CallbackEvent::OpenStartTag { name } => self.tag.name = lossy(name),
            CallbackEvent::AttributeName { name } => self.tag.attributes.push(Attribute {
                name: lossy(name),
                value: String::new(),
                span,
            }),
            CallbackEvent::AttributeValue { value } => {
                if let Some(attribute) = self.tag.attributes.last_mut() {
                    (attribute.value, attribute.span) = (lossy(value), span);
                }
            }
            CallbackEvent::CloseStartTag { .. } | CallbackEvent::EndTag { .. } => self.tag(span.end),
            CallbackEvent::String { value } => self.string(&lossy(value), span),
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } => self.markup(span.end),
            CallbackEvent::Error(_) => {}
        }
    }

    fn string(&mut self, value: &str, span: Span<usize>) {
        self.markup(span.start);
        let field = self.inside.attribute("name").unwrap_or_default();
        let kept = match self.inside.name.as_str() {
            "textarea" => {
                let care = self.redaction.care(field, Place::Parameter);
                let masked = self.redaction.cared_for(care, field, value);
                masked.unwrap_or_else(|| self.redaction.words(field, value))
            }
            "script" if value.trim_start().starts_with(['{', '[']) => self.redaction.json(value),
            _ => self.redaction.words("page", value),
        };
        self.replace(span, value, &kept);
    }

    /// A start tag or an end tag with all its attributes, up to `end`.
    fn tag(&mut self, end: usize) {
        let tag = std::mem::take(&mut self.tag);
        for attribute in tag.attributes.iter().filter(|attribute| !attribute.value.is_empty()) {
            let kept = self.attribute(&tag, attribute);
            self.markup(attribute.span.start);
            self.replace(attribute.span, &attribute.value, &kept);
        }
        self.markup(end);
        self.inside = tag;
    }

    fn attribute(&mut self, tag: &Tag, Attribute { name, value, .. }: &Attribute) -> String {
        let field = tag.attribute("name").unwrap_or_default();
        let data = name.strip_prefix("data-");
        let care = match (name.as_str(), data) {
            ("value", _) if tag.is_password() => Care::Hidden,
            ("value" | "content", _) => self.redaction.care(field, Place::Parameter),
            (_, Some(name)) => self.redaction.care(name, Place::Attribute),
            _ => Care::Open,
        };
        let called = if name == "value" { field } else { name };
        if let Some(masked) = self.redaction.cared_for(care, called, value) {
            masked
        } else if ADDRESSES.contains(&name.as_str()) {
            self.redaction.address(value)
        } else if value.starts_with(['{', '[']) {
            self.redaction.json(value)
        } else {
            self.redaction.words(called, value)
        }
    }

    /// What is neither text nor value: names, comments, blanks, up to `end`.
    fn markup(&mut self, end: usize) {
        let markup = self.text.get(self.at..end).unwrap_or_default();
        self.out.push_str(&self.redaction.words("page", markup));
        self.at = self.at.max(end);
    }

    fn replace(&mut self, span: Span<usize>, value: &str, kept: &str) {
        if kept == value {
            self.out
                .push_str(self.text.get(span.start..span.end).unwrap_or_default());
        } else {
            let escaped = kept.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
            self.out.push_str(&escaped);
        }
        self.at = self.at.max(span.end);
    }

    /// What was cut off before it was a token is left out.
    fn end(mut self) -> String {
        if self.at < self.text.len() {
            self.out.push(ELLIPSIS);
        }
        self.out
    }
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|attribute| attribute.name == name);
        found.map(|attribute| attribute.value.as_str())
    }

    fn is_password(&self) -> bool {
        self.attribute("type")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("password"))
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::Key, *};

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
            format!("<INPUT TYPE=HIDDEN NAME=CODE VALUE={SECRET}>"),
            format!("<input name=code value={SECRET}/>"),
            format!(r#"<input name="c&#111;de" value="{SECRET}">"#),
            format!(r#"<a href="/login?request&#61;{SECRET}">"#),
            format!(r#"<a href="/login?x=1&AMP;request={SECRET}">"#),
            format!(r#"<a href='https&colon;//x.example/video/{SECRET}'>"#),
            format!(r#"<a title=">" href="/login?request={SECRET}">"#),
            format!("<textarea name=code>{SECRET}</textarea>"),
            format!("<textarea name='client_secret'>a<b>{SECRET}"),
            format!("<TEXTAREA name=password>{SECRET}</textarea\n>"),
            format!("<!-- https://x.example/cb?code={SECRET} -->"),
            format!("<!-- cut: https://x.example/cb?code={SECRET}"),
            format!(r#"<div DATA-ACCESS-TOKEN='{SECRET}'>"#),
            format!(r#"<div data-token={SECRET} data-token="x">"#),
            format!(r#"<div data-token="x" data-token={SECRET}>"#),
            format!(r#"<div data-settings='{{"client_secret":"{SECRET}"}}'>"#),
            format!(r#"<div data-settings="{{&quot;client_secret&quot;:&quot;{SECRET}&quot;}}">"#),
            format!(r#"<meta name="csrf-token" content="{SECRET}">"#),
            format!(r#"<input type=Password value="{SECRET}">"#),
            format!(r#"<script type="application/json">{{"access_token":"{SECRET}"}}</script>"#),
            format!(r#"<script>location = "/login?request={SECRET}"</script>"#),
            format!("<title>https://x.example/cb?code={SECRET}</title>"),
            format!(r#"</form action="/login?request={SECRET}">"#),
            format!("<p>https&#58;//x.example/video/{SECRET}</p>"),
            format!(r#"<p eyJhbGciOiJub25lIn0.e30.{SECRET}>"#),
            format!(r#"<p><a href="/login?request={SECRET}"#),
            format!("<!doctype html SYSTEM \"https://x.example/cb?code={SECRET}\">"),
            format!("<input name=code value=\"{SECRET}\" <p>"),
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
            "<p class=a data-open='true' hidden>é &eacute; &#233; \r\n</p>",
            "<textarea name=\"note\">1 < 2 &amp; 3</textarea><title>A & B</title>",
            "<script>if (a < b && c) { go(\"x\") }</script><style>a > b {}</style>",
            r#"<meta name="viewport" content="width=device-width, initial-scale=1">"#,
            "<!-- a comment --><a href=?page=2>next</a>",
            "<",
            "</",
            "",
        ] {
            assert_eq!(kept(page), page);
        }
    }

    #[test]
    fn a_tag_that_was_cut_off_is_left_out() {
        assert_eq!(kept("<p>Hello</p><input name=note value=\"x"), "<p>Hello</p>…");
        assert_eq!(kept("<p>Hello</p><inp"), "<p>Hello</p>…");
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_page_stays_until_it_is_cut_off(
            page in r#"([abx<>="'&; !-]|<p |<!--|-->|</|/>|&amp;|&#97;|é|\r\n){0,60}"#,
        ) {
            let kept = kept(&page);

            let whole = kept.strip_suffix(ELLIPSIS).unwrap_or(&kept);
            prop_assert!(page.starts_with(whole), "{page:?}: {kept:?}");
            prop_assert!(kept == page || whole.len() < page.len(), "{page:?}: {kept:?}");
        }
    }
}
