//! From settings to an app that can answer: database, secrets, the realm at the root.

use std::{path::Path, sync::Arc};

use crate::{
    app::{App, DirectoryError},
    config::{Config, DatabaseUrl, Issuer, SeedSource},
    fetch::{AuthorityError, Fetch},
    keys::sealing::{KeyFileError, Sealer, SealingError},
    model::RealmName,
    outbox::{
        delivery_worker::DeliveryWorker,
        post::{Post, PostError},
    },
    passwords::{PasswordError, Passwords},
    portals,
    realms::{
        creation::{NewRealmRequest, create, fill},
        error::CreationError,
        seed::{Seed, SeedError},
    },
    store::{self, Database},
};

/// Opens the database and what belongs to it.
pub async fn open(config: &Config, issuer: &Issuer) -> Result<App, StartError> {
    check_keys(issuer)?;
    check_folder(&config.database)?;
    let database = Database::open(&config.database.to_address())
        .await
        .map_err(|reason| StartError::Database {
            database: config.database.to_string(),
            reason,
        })?;
    let sealer = sealer(config, &database).await?;
    let endpoints = portals::endpoint_table(portals::ALL);
    let app = App::new(
        issuer.as_str().to_owned(),
        database,
        sealer,
        Passwords::new()?,
        endpoints,
    );
    app.journal.switch(config.journal);
    Ok(app)
}

/// Who delivers messages and webhooks.
pub fn delivery_worker(app: &App, config: &Config) -> Result<DeliveryWorker, StartError> {
    let fetch = Fetch::new(config.allow_private_fetch, &config.trust_ca)?;
    let post = config.smtp.as_ref().map(Post::new).transpose()?;
    let (outbox, database) = (app.outbox.clone(), app.database.clone());
    let realms = app.clone();
    let on_agenda = move |realm| realms.agenda.notify(realm);
    Ok(DeliveryWorker::new(
        outbox,
        database,
        fetch,
        post,
        on_agenda,
        app.shutdown.clone(),
    ))
}

/// SQLite says only that it cannot open a file.
fn check_folder(database: &DatabaseUrl) -> Result<(), StartError> {
    let DatabaseUrl::SqliteFile(file) = database else {
        return Ok(());
    };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let problem = match folder {
        Some(folder) if !folder.is_dir() => format!("there is no folder {}", folder.display()),
        _ if tempfile::tempfile_in(folder.unwrap_or(Path::new("."))).is_err() => {
            let folder = folder.unwrap_or(Path::new("."));
            format!("the folder {} cannot be written", folder.display())
        }
        _ => return Ok(()),
    };
    Err(StartError::Folder {
        database: database.to_string(),
        problem,
    })
}

/// The shipped signing keys are public: whoever reaches us must be somebody who could have them from us anyway.
fn check_keys(issuer: &Issuer) -> Result<(), StartError> {
    if issuer.is_local() {
        Ok(())
    } else {
        Err(StartError::PublicIssuer(issuer.clone()))
    }
}

async fn sealer(config: &Config, database: &Database) -> Result<Sealer, StartError> {
    // Asked before the file is looked for: another process that starts at the same time makes the file first.
    let is_empty = !store::realms::any(&mut database.read().await?).await?;
    Ok(match (&config.secret_key_file, config.database.sealing_key_beside()) {
        (Some(path), _) => Sealer::from_file(path)?,
        (None, Some(path)) => Sealer::beside_database(&path, is_empty)?,
        (None, None) => Sealer::ephemeral()?,
    })
}

/// Makes the realm at the root from the configured seed, unless it is there already; whether a seed that somebody chose
/// was not used.
pub async fn seed_default_realm(app: &App, config: &Config) -> Result<SeedUse, StartError> {
    if app.realms.find(&app.database, RealmName::DEFAULT).await?.is_some() {
        if config.seed == SeedSource::Demo {
            return Ok(SeedUse::AsExpected);
        }
        tracing::warn!(
            seed = %config.seed,
            database = %config.database,
            "the seed was not used, because the database is not empty"
        );
        return Ok(SeedUse::NotUsed);
    }
    let seed = Seed::find(&config.seed, &portals::of(app))?;
    match create(app, NewRealmRequest::default_realm(seed)).await {
        // Another process on the same database was faster; its realm is the one to use.
        Ok(_) | Err(CreationError::Taken(_)) => Ok(SeedUse::AsExpected),
        Err(error) => Err(error.into()),
    }
}

/// What became of the configured seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedUse {
    /// It was loaded, or nobody asked for another one than the default.
    AsExpected,
    /// The database was not empty.
    NotUsed,
}

/// Fills the realm at the root from a file, for `anteroom seed`.
pub async fn seed_from_file(app: &App, file: &Path) -> Result<(), StartError> {
    let seed = Arc::new(Seed::read_file(file, &portals::of(app))?);
    match app.realms.find(&app.database, RealmName::DEFAULT).await? {
        None => Ok(create(app, NewRealmRequest::default_realm(seed)).await.map(drop)?),
        Some(realm) => Ok(fill(app, &realm, seed).await?),
    }
}

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the database {database} cannot be opened: {reason}")]
    Database { database: String, reason: store::Error },
    #[error(
        "the database {database} cannot be opened: {problem}. Name another file with --database sqlite:FILE; \
         --database sqlite::memory: needs none"
    )]
    Folder { database: String, problem: String },
    #[error("the database cannot be read: {0}")]
    Store(#[from] store::Error),
    #[error(
        "the issuer {0} can be reached by others, and the signing keys of this server are public. Allowed are \
         loopback and private addresses, names without a dot, .localhost and .test"
    )]
    PublicIssuer(Issuer),
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    #[error(transparent)]
    Post(#[from] PostError),
    #[error(transparent)]
    Sealing(#[from] SealingError),
    #[error(transparent)]
    Passwords(#[from] PasswordError),
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    #[error(transparent)]
    Seed(#[from] SeedError),
    #[error(transparent)]
    Creation(#[from] CreationError),
}
