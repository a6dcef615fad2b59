//! A page as a browser without scripts reads it: forms, buttons, links, text.
//!
//! A small reader of HTML for tests: it knows tags, attributes, character references and comments, and takes the
//! document as it is written, without mending it.

use url::Url;

use super::Answer;

/// A page, and the address it came from.
#[derive(Debug, Clone)]
pub struct Page {
    pub answer: Answer,
    pub url: Url,
    pub tags: Vec<Tag>,
    pub text: String,
}

/// An opening tag and the text up to the matching closing one.
#[derive(Debug, Clone)]
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    /// How many `<form>`s had been opened when it came: 0 is outside every form.
    form: usize,
}

/// A form with the values that stand in it, ready to be filled in and sent.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: Url,
    pub method: String,
    pub fields: Vec<(String, String)>,
    pub buttons: Vec<Button>,
    /// The page it stands on: browsers send its origin along.
    pub page: Url,
}

#[derive(Debug, Clone)]
pub struct Button {
    pub name: String,
    pub value: String,
    pub text: String,
}

impl Tag {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Page {
    #[track_caller]
    pub fn read(answer: Answer, url: Url) -> Self {
        assert_eq!(answer.media_type(), "text/html", "not a page: {answer}");
        let html = answer.text();
        let (tags, text) = scan(&html);
        Self {
            answer,
            url,
            tags,
            text,
        }
    }

    pub fn all(&self, name: &str) -> impl Iterator<Item = &Tag> {
        self.tags.iter().filter(move |tag| tag.name == name)
    }

    pub fn language(&self) -> Option<&str> {
        self.all("html").next()?.attribute("lang")
    }

    pub fn forms(&self) -> Vec<Form> {
        let forms = self.all("form");
        forms
            .enumerate()
            .map(|(index, tag)| self.form(index + 1, tag))
            .collect()
    }

    fn form(&self, number: usize, tag: &Tag) -> Form {
        let inside = || self.tags.iter().filter(move |tag| tag.form == number);
        let action = tag.attribute("action").unwrap_or("");
        let mut form = Form {
            // An empty action is the page itself, query included.
            action: if action.is_empty() {
                self.url.clone()
            } else {
                self.url.join(action).expect("an address")
            },
            method: tag.attribute("method").unwrap_or("get").to_lowercase(),
            fields: Vec::new(),
            buttons: Vec::new(),
            page: self.url.clone(),
        };
        for tag in inside() {
            let name = tag.attribute("name").unwrap_or_default().to_owned();
            let value = tag.attribute("value").unwrap_or_default().to_owned();
            let kind = tag.attribute("type").unwrap_or("").to_lowercase();
            match (tag.name.as_str(), kind.as_str()) {
                ("button", "" | "submit") => form.buttons.push(Button {
                    name,
                    value,
                    text: tag.text.clone(),
                }),
                ("input", "submit") => form.buttons.push(Button {
                    name,
                    text: value.clone(),
                    value,
                }),
                ("input", "checkbox" | "radio") if tag.attribute("checked").is_none() => {}
                ("input" | "textarea", _) if !name.is_empty() => form.fields.push((name, value)),
                ("select", _) => form.fields.push((name, String::new())),
                _ => {}
            }
        }
        form
    }

    /// The form that has this field or a button of this name.
    #[track_caller]
    pub fn form_with(&self, name: &str) -> Form {
        let form = self.forms().into_iter().find(|form| form.has(name));
        form.unwrap_or_else(|| panic!("no form with {name:?} on this page: {}", self.answer))
    }

    pub fn has_form_with(&self, name: &str) -> bool {
        self.forms().iter().any(|form| form.has(name))
    }

    pub fn is_sign_in(&self) -> bool {
        self.has_form_with("password")
    }

    /// The page that can be agreed to; the sign-in page has a no, too.
    pub fn is_consent(&self) -> bool {
        let mut buttons = self.forms().into_iter().flat_map(|form| form.buttons);
        buttons.any(|button| button.name == "decision" && button.value == "allow")
    }

    /// Text as people see it, runs of blanks made one.
    pub fn shows(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    #[track_caller]
    pub fn must_show(&self, words: &str) {
        assert!(self.shows(words), "{words:?} is not on this page: {}", self.answer);
    }

    /// Scripts come from the server's own assets, and nothing is inline.
    #[track_caller]
    pub fn brings_only_our_script(&self) {
        for script in self.all("script") {
            let source = script.attribute("src").unwrap_or_default();
            assert!(source.starts_with("/assets/"), "{}", self.answer);
            assert_eq!(script.text.trim(), "", "{}", self.answer);
        }
    }

    pub fn links(&self) -> Vec<Url> {
        self.all("a")
            .filter_map(|tag| self.url.join(tag.attribute("href")?).ok())
            .collect()
    }
}

impl Form {
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(own, _)| own == name) || self.buttons.iter().any(|button| button.name == name)
    }

    /// Types a value into a field that the form has.
    #[track_caller]
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(own, _)| own == name);
        field.unwrap_or_else(|| panic!("no field {name:?} in this form")).1 = value.to_owned();
        self
    }

    /// Presses the button with this name and value.
    #[track_caller]
    pub fn press(mut self, name: &str, value: &str) -> Self {
        let there = self
            .buttons
            .iter()
            .any(|button| button.name == name && button.value == value);
        assert!(there, "no button {name}={value} among {:?}", self.buttons);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Elements that have no closing tag (HTML §13.1.2).
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
];

/// Elements that stand in the flow of a sentence; all others part words.
const INLINE: [&str; 13] = [
    "a", "abbr", "b", "bdi", "code", "em", "i", "kbd", "mark", "small", "span", "strong", "time",
];

fn scan(html: &str) -> (Vec<Tag>, String) {
    let mut tags: Vec<Tag> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut seen = String::new();
    let (mut forms, mut form) = (0, 0);
    let mut rest = html;

    while let Some((text, after)) = rest.split_once('<') {
        hear(text, &open, &mut tags, &mut seen);
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some((inside, after)) = split_tag(after) else { break };
        rest = after;
        if inside.starts_with('!') {
            continue;
        }
        if let Some(name) = inside.strip_prefix('/') {
            let name = name.trim().to_lowercase();
            if name == "form" {
                form = 0;
            }
            if let Some(position) = open.iter().rposition(|&index| tags[index].name == name) {
                open.truncate(position);
            }
            if !INLINE.contains(&name.as_str()) {
                hear(" ", &open, &mut tags, &mut seen);
            }
            continue;
        }
        let mut tag = read_tag(inside);
        if !INLINE.contains(&tag.name.as_str()) {
            hear(" ", &open, &mut tags, &mut seen);
        }
        if tag.name == "form" {
            forms += 1;
            form = forms;
        }
        tag.form = form;
        let name = tag.name.clone();
        tags.push(tag);
        if name == "script" || name == "style" {
            let end = format!("</{name}");
            let (raw, after) = rest.split_once(&end).unwrap_or((rest, ""));
            tags.last_mut().expect("just pushed").text = raw.to_owned();
            rest = after.split_once('>').map_or("", |(_, after)| after);
        } else if !VOID.contains(&name.as_str()) {
            open.push(tags.len() - 1);
        }
    }
    hear(rest, &open, &mut tags, &mut seen);
    for tag in &mut tags {
        if tag.name != "script" && tag.name != "style" {
            tag.text = one_blank(&tag.text);
        }
    }
    (tags, one_blank(&seen))
}

/// Adds text to everything that is open around it.
fn hear(text: &str, open: &[usize], tags: &mut [Tag], seen: &mut String) {
    let text = decode(text);
    seen.push_str(&text);
    for &index in open {
        tags[index].text.push_str(&text);
    }
}

fn one_blank(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The inside of a tag and what follows it; a `>` in quotes does not end it.
fn split_tag(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some((text.get(..at)?, text.get(at + 1..)?)),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

fn read_tag(inside: &str) -> Tag {
    let inside = inside.trim_end_matches('/');
    let (name, mut rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        let after = after.trim_start();
        let Some(value) = after.strip_prefix('=') else {
            attributes.push((key.to_lowercase(), String::new()));
            rest = after;
            continue;
        };
        let value = value.trim_start();
        let quoted = value.strip_prefix('"').map(|value| ('"', value));
        let quoted = quoted.or_else(|| value.strip_prefix('\'').map(|value| ('\'', value)));
        let (value, after) = match quoted {
            Some((quote, value)) => value.split_once(quote).unwrap_or((value, "")),
            None => value.split_once(char::is_whitespace).unwrap_or((value, "")),
        };
        attributes.push((key.to_lowercase(), decode(value)));
        rest = after;
    }
    Tag {
        name: name.to_lowercase(),
        attributes,
        text: String::new(),
        form: 0,
    }
}

/// Character references: the five of XML, the blank, and numbers.
fn decode(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let reference = after
            .split_once(';')
            .and_then(|(name, after)| Some((character(name)?, after)));
        match reference {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let hexadecimal = number.strip_prefix(['x', 'X']);
            let code = hexadecimal.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
            char::from_u32(code)
        }
    }
}

#[test]
fn a_page_is_read_as_a_browser_reads_it() {
    let (tags, text) = scan(
        "<!doctype html><p class=a data-x>Tom &amp; &#x41;nne <b>say</b>, <!-- <i> -->hi</p>\
         <input value='a>b' name=\"q\"/><style>p > b {}</style>",
    );
    let names: Vec<_> = tags.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(names, ["p", "b", "input", "style"]);
    assert_eq!(text, "Tom & Anne say, hi");
    assert_eq!(tags[0].text, "Tom & Anne say, hi");
    assert_eq!(tags[2].attribute("value"), Some("a>b"));
    assert_eq!(tags[3].text, "p > b {}");
}
