//! An authority of one's own, and a server certificate that it signed.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::Certificate;

/// The authority, and a folder with `ca.pem`, `cert.pem` and `key.pem` for `localhost`.
pub struct Certificates {
    pub authority: Certificate,
    folder: tempfile::TempDir,
}

impl Certificates {
    pub fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// The options of a server that uses them.
    pub fn options(&self) -> [String; 4] {
        ["--tls-cert", &self.file("cert.pem"), "--tls-key", &self.file("key.pem")].map(str::to_owned)
    }
}

pub fn certificates() -> Certificates {
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names)
        .expect("good names")
        .signed_by(&key, &authority)
        .expect("a certificate");

    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in [
        ("ca.pem", authority.pem()),
        ("cert.pem", certificate.pem()),
        ("key.pem", key.serialize_pem()),
    ] {
        std::fs::write(folder.path().join(name), text).expect("writable");
    }
    Certificates {
        authority: Certificate::from_pem(authority.pem().as_bytes()).expect("a certificate"),
        folder,
    }
}
