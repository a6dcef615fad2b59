//! Attachments: files that were uploaded, alone or with an intake (documented under "Visit API"; the upload is
//! inferred).
//!
//! The ending of the file name, the media type the sender states and the first bytes of the file have to agree.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, header};

use super::{
    call::Call,
    error::{self, Result, VseeError},
    input::{LONGEST_REMARK, LONGEST_TEXT},
    model::Attachment,
    store,
    wire::{self, UploadView},
};
use crate::{
    api::input::File,
    store::{Conn, Tx, settle},
    web::media_type::essence,
};

/// Bytes of one file.
const LARGEST_FILE: usize = 512 * 1024;
/// Bytes of all files of one user.
const MOST_BYTES: i64 = 32 * 1024 * 1024;

/// A type of file that is accepted.
struct FileType {
    media_type: &'static str,
    endings: &'static [&'static str],
    /// The first bytes; empty for text, which is checked as a whole.
    beginning: &'static [u8],
}

const TYPES: &[FileType] = &[
    FileType {
        media_type: "application/pdf",
        endings: &["pdf"],
        beginning: b"%PDF-",
    },
    FileType {
        media_type: "image/png",
        endings: &["png"],
        beginning: b"\x89PNG\r\n\x1a\n",
    },
    FileType {
        media_type: "image/jpeg",
        endings: &["jpg", "jpeg"],
        beginning: b"\xff\xd8\xff",
    },
    FileType {
        media_type: "image/gif",
        endings: &["gif"],
        beginning: b"GIF8",
    },
    FileType {
        media_type: "text/plain",
        endings: &["txt"],
        beginning: b"",
    },
];

/// A file to be stored.
pub struct Upload {
    pub attachment: Attachment,
    content: Bytes,
}

/// `POST /attachments`: one file.
pub async fn upload(call: &Call) -> Result<Response> {
    let remark = call.body().text_up_to("remark", LONGEST_REMARK)?;
    let uploads = read(call, remark.as_deref())?;
    let [upload] = uploads.as_slice() else {
        return Err(match uploads.len() {
            0 => error::missing("file"),
            _ => error::malformed("body", "one file is expected"),
        });
    };
    check_space(call, &mut call.read().await?, &uploads).await?;

    let mut tx = call.app.database.begin().await?;
    let outcome = insert_in(&mut tx, call, &uploads).await;
    settle(tx, outcome).await?;
    Ok(wire::data(UploadView::from(upload.attachment.clone()))?)
}

/// `GET /attachments/{id}`.
pub async fn download(call: &Call) -> Result<Response> {
    let mut conn = call.read().await?;
    let found = store::intakes::find_attachment(&mut conn, call.realm.id, call.in_path(0)).await?;
    let attachment = found.ok_or_else(unknown)?;
    unknown().when(!is_of_clinic(call, &mut conn, &attachment).await?)?;
    let allowed = may_see(call, &mut conn, &attachment).await?;
    error::forbidden("This is another user's file.").when(!allowed)?;
    let content = store::intakes::attachment_content(&mut conn, call.realm.id, &attachment.id).await?;
    let content = STANDARD.decode(content.unwrap_or_default());
    let content = content.map_err(|error| VseeError::Failed(error.into()))?;

    Ok(as_download(content, &attachment.media_type))
}

/// As a download that a browser does not open as a page: the file comes from a user, not from us.
fn as_download(content: Vec<u8>, media_type: &str) -> Response {
    let mut response = Body::from(content).into_response();
    let headers = response.headers_mut();
    let fixed = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CONTENT_DISPOSITION, "attachment"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(media_type) = HeaderValue::try_from(media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    response
}

fn unknown() -> VseeError {
    error::not_found("the clinic has no file with this id")
}

/// The files of a request, found to be of the type they state.
///
/// # Errors
/// 400 for one that is empty, too large, or of a type that is not accepted.
pub fn read(call: &Call, remark: Option<&str>) -> Result<Vec<Upload>> {
    let one = |file: &File| {
        let ext = check(file)?;
        Ok(Upload {
            attachment: Attachment {
                id: call.realm.random.id(call.now),
                creator: call.caller().id,
                name: file.name.clone(),
                ext,
                media_type: essence(&file.media_type),
                size: i64::try_from(file.content.len()).unwrap_or(i64::MAX),
                remark: remark.map(str::to_owned),
                created_at: call.now,
            },
            content: file.content.clone(),
        })
    };
    call.files().iter().map(one).collect()
}

/// The ending of the file name, if the file can be accepted.
fn check(file: &File) -> Result<String> {
    let size = file.content.len();
    error::malformed("attachments", "the file is empty").when(size == 0)?;
    error::malformed("attachments", format!("the file is larger than {LARGEST_FILE} bytes"))
        .compare(format!("at most {LARGEST_FILE} bytes"), size.to_string())
        .when(size > LARGEST_FILE)?;
    error::malformed("attachments", "the file name is not accepted").when(!has_plain_name(file))?;
    let ending = file.name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let (ending, stated) = (ending.to_ascii_lowercase(), essence(&file.media_type));
    let mut types = TYPES.iter();
    let found = types.find(|kind| kind.media_type == stated && kind.endings.contains(&ending.as_str()));
    error::malformed(
        "attachments",
        "the file is not a PDF, PNG, JPEG, GIF or plain text, or its content is of another type",
    )
    .compare("pdf, png, jpg, gif or txt", format!("{ending} as {stated}"))
    .when(!found.is_some_and(|kind| kind.fits(&file.content)))?;
    Ok(ending)
}

/// Whether the name is short enough and has no character that means something in a path or a header.
fn has_plain_name(file: &File) -> bool {
    let special = |letter: char| letter.is_control() || matches!(letter, '/' | '\\' | '"');
    file.name.chars().count() <= LONGEST_TEXT && !file.name.contains(special)
}

impl FileType {
    fn fits(&self, content: &[u8]) -> bool {
        match self.beginning {
            b"" => std::str::from_utf8(content).is_ok_and(|text| !text.contains('\0')),
            beginning => content.starts_with(beginning),
        }
    }
}

async fn is_of_clinic(call: &Call, conn: &mut Conn, file: &Attachment) -> Result<bool> {
    let creator = store::users::find(conn, call.realm.id, file.creator).await?;
    Ok(creator.is_some_and(|creator| creator.account == call.account.code))
}

/// Whether the caller may see a file of the clinic: as the uploader, as an admin, or by an intake that has it.
async fn may_see(call: &Call, conn: &mut Conn, file: &Attachment) -> Result<bool> {
    let caller = call.caller();
    if caller.is_admin() || caller.id == file.creator {
        return Ok(true);
    }
    let (member, provider) = if caller.is_provider() {
        (None, Some(caller.id))
    } else {
        (Some(caller.id), None)
    };
    let of_clinic = (call.realm.id, call.account.code.as_str());
    Ok(store::intakes::carries(conn, of_clinic, &file.id, member, provider).await?)
}

/// Checks the files that a body names, which can include those the intake already has.
///
/// # Errors
/// 400 when a file does not exist, or the caller may not see it.
pub async fn check_named(call: &Call, conn: &mut Conn, ids: &[String]) -> Result<()> {
    let wrong = || error::malformed("attachments", "you have no file with this id");
    for id in ids {
        let found = store::intakes::find_attachment(conn, call.realm.id, id).await?;
        let file = found.ok_or_else(wrong)?;
        let allowed = is_of_clinic(call, conn, &file).await? && may_see(call, conn, &file).await?;
        wrong().when(!allowed)?;
    }
    Ok(())
}

/// # Errors
/// 400 when the caller's files would be larger than what is stored for one user.
pub async fn check_space(call: &Call, conn: &mut Conn, uploads: &[Upload]) -> Result<()> {
    if uploads.is_empty() {
        return Ok(());
    }
    let new: i64 = uploads.iter().map(|upload| upload.attachment.size).sum();
    let kept = store::intakes::bytes_of(conn, call.realm.id, call.caller().id).await?;
    error::not_possible(format!("The files of one user can have at most {MOST_BYTES} bytes."))
        .when(kept + new > MOST_BYTES)
}

pub async fn insert_in(tx: &mut Tx, call: &Call, uploads: &[Upload]) -> Result<()> {
    for upload in uploads {
        let content = STANDARD.encode(&upload.content);
        store::intakes::insert_attachment(tx, call.realm.id, &upload.attachment, &content).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(name: &str, media_type: &str, content: &[u8]) -> Option<String> {
        let file = File {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            content: Bytes::copy_from_slice(content),
        };
        check(&file).ok()
    }

    #[test]
    fn a_file_of_the_stated_type_is_accepted() {
        assert_eq!(
            accepted("a.PDF", "application/pdf", b"%PDF-1.7 x").as_deref(),
            Some("pdf")
        );
        assert_eq!(
            accepted("a.b.jpeg", "image/jpeg", b"\xff\xd8\xff\xe0").as_deref(),
            Some("jpeg")
        );
        assert_eq!(
            accepted("ä.txt", "text/plain; charset=utf-8", "ä".as_bytes()).as_deref(),
            Some("txt")
        );
    }

    #[test]
    fn a_file_of_another_type_is_refused() {
        for (name, media_type, content) in [
            ("a.pdf", "application/pdf", b"".as_slice()),
            ("a.pdf", "application/pdf", b"MZ"),
            ("a.pdf", "image/png", b"%PDF-1.7"),
            ("a.png", "application/pdf", b"%PDF-1.7"),
            ("a", "application/pdf", b"%PDF-1.7"),
            ("a.html", "text/html", b"<script>"),
            ("a.svg", "image/svg+xml", b"<svg/>"),
            ("a.txt", "text/plain", b"a\0b"),
            ("a.txt", "text/plain", b"\xff\xfe"),
            ("a.txt", "", b"a"),
            ("../a.txt", "text/plain", b"a"),
            ("a\n.txt", "text/plain", b"a"),
        ] {
            assert_eq!(accepted(name, media_type, content), None, "{name} as {media_type}");
        }
        assert_eq!(accepted("a.txt", "text/plain", &vec![b'a'; LARGEST_FILE + 1]), None);
        assert!(accepted("a.txt", "text/plain", &vec![b'a'; LARGEST_FILE]).is_some());
    }
}
