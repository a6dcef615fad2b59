//! Somebody who asks and does not wait for the answer.

use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::Realm;

/// Writes a whole request and is gone before the answer.
pub async fn hang_up(realm: &Realm, path: &str, form: &[(String, String)], authorization: Option<&str>) {
    let url = url::Url::parse(&realm.url(path)).expect("an address");
    let host = format!("127.0.0.1:{}", url.port().expect("a port"));
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let authorization = authorization
        .map(|value| format!("authorization: {value}\r\n"))
        .unwrap_or_default();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {}:{}\r\ncontent-type: application/x-www-form-urlencoded\r\n{authorization}content-length: {}\r\n\r\n",
        url.path(),
        url.host_str().expect("a host"),
        url.port().expect("a port"),
        body.len(),
    );
    let mut stream = TcpStream::connect(host).await.expect("the server listens");
    stream
        .write_all(format!("{head}{body}").as_bytes())
        .await
        .expect("it is written");
    stream.set_zero_linger().expect("closing may be rude"); // RST instead of FIN: nobody waits for an answer
}
