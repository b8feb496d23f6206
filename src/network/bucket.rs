//! A ledger's files in an object store: S3 and what speaks like it, Google Cloud Storage, Azure, or a folder.
//!
//! What is written is written whole or not at all, and never over something that was not read before: a file that never
//! changes is only ever created, the checkpoint is replaced where it still is the one that was read. S3 and Azure compare
//! its entity tag, Google its generation. A folder offers no such comparison, so there a lock keeps apart the publishers
//! that use it, and nobody else.

use std::path::PathBuf;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::local::LocalFileSystem;
use object_store::{
    Attribute, Attributes, Error, GetOptions, ObjectStore, PutMode, PutOptions, PutPayload, RetryConfig, UpdateVersion,
};

use crate::ledger::store;
use crate::ledger::verify::{Source, SourceError};
use crate::tlog::tile::{Tile, TilePath, TileSource};

/// The largest object that is read, in bytes: a full bundle of the largest entries, with room.
const MAX_OBJECT_BYTES: u64 = 20_000_000;
/// How long one request may take, unless the environment says otherwise: a full bundle over a slow line.
const REQUEST_TIME: &str = "120 seconds";
/// How often the library tries again what is safe to try again, and how long at most.
const RETRIES: (usize, Duration) = (3, Duration::from_secs(60));
/// The beginnings of addresses that are opened here.
const SCHEMES: [&str; 4] = ["s3://", "gs://", "az://", "file://"];
/// Keeps publishers to one folder apart.
const LOCK_FILE: &str = ".publishing";

/// An object store, open at the place where a ledger's files are.
pub struct Bucket {
    named: String,
    prefix: object_store::path::Path,
    store: Box<dyn ObjectStore>,
    /// The folder, where it is one.
    folder: Option<PathBuf>,
    runtime: tokio::runtime::Runtime,
}

/// What an object is, for whoever serves it on.
#[derive(Clone, Copy)]
pub(super) struct Served {
    /// `Content-Type`.
    pub(super) content_type: &'static str,
    /// `Cache-Control`.
    pub(super) cache_control: &'static str,
}

/// An object that is there.
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    version: UpdateVersion,
}

/// Whether an address is one of an object store.
#[must_use]
pub fn is_bucket(named: &str) -> bool {
    SCHEMES.iter().any(|scheme| named.starts_with(scheme))
}

impl Bucket {
    /// The store at `named`, such as `s3://bucket/ledger`. Credentials and settings come from `environment`, pairs of name
    /// and value as `object_store` knows them, such as `AWS_ACCESS_KEY_ID`.
    ///
    /// # Errors
    /// What is wrong with the address or with a setting. Nothing is asked yet.
    pub fn open(named: &str, environment: &[(String, String)]) -> Result<Self, SourceError> {
        let unopened = |why: &dyn std::fmt::Display| {
            SourceError(format!(
                "{named} cannot be opened ({why}): write s3://BUCKET/PLACE, gs://BUCKET/PLACE, az://CONTAINER/PLACE or file:///FOLDER, and give its credentials in the environment"
            ))
        };
        let address = named.split_once("://").filter(|_| is_bucket(named));
        let (scheme, rest) = address.ok_or_else(|| unopened(&"it is no address of a store"))?;
        let rest = rest.trim_end_matches('/');
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if (scheme == "file") != host.is_empty() {
            return Err(unopened(&"it names no place"));
        }
        let folder = (scheme == "file").then(|| PathBuf::from(rest));
        let prefix = if folder.is_some() { rest.trim_start_matches('/') } else { path };
        let prefix = object_store::path::Path::parse(prefix).map_err(|fault| unopened(&fault))?;
        let store = opened(scheme, &format!("{scheme}://{rest}"), environment);
        let store = store.map_err(|fault| unopened(&fault))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|fault| unopened(&fault))?;
        Ok(Self { named: named.to_owned(), prefix, store, folder, runtime })
    }

    /// What the user named.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.named
    }

    /// Runs requests to their end.
    pub(super) fn run<T>(&self, requests: impl Future<Output = T>) -> T {
        self.runtime.block_on(requests)
    }

    fn place(&self, path: &str) -> object_store::path::Path {
        let place = object_store::path::Path::parse(format!("{}/{path}", self.prefix));
        place.expect("the place was parsed, and a tile's path is digits, letters and dots")
    }

    fn fault(&self, act: &str, path: &str, fault: &Error) -> SourceError {
        let advice = match fault {
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => "check credentials and permissions",
            Error::NotFound { .. } => "check the bucket's name",
            Error::NotImplemented { .. } | Error::NotSupported { .. } => {
                "it must write only where nothing was changed meanwhile; name another store"
            }
            _ => "check the address, or try again later",
        };
        SourceError(format!("{path} could not be {act} {} ({}): {advice}", self.named, said(fault)))
    }

    /// An object, where there is one.
    pub(super) async fn get(&self, path: &str) -> Result<Option<Found>, SourceError> {
        let fault = |fault: Error| self.fault("read from", path, &fault);
        let got = match self.store.get_opts(&self.place(path), GetOptions::default()).await {
            Err(Error::NotFound { .. }) => return Ok(None),
            got => got.map_err(fault)?,
        };
        if got.meta.size > MAX_OBJECT_BYTES {
            let what = format!("{path} in {} is larger than any file of a ledger: fetch it again", self.named);
            return Err(SourceError(what));
        }
        let version = UpdateVersion { e_tag: got.meta.e_tag.clone(), version: got.meta.version.clone() };
        let bytes = got.bytes().await.map_err(fault)?;
        Ok(Some(Found { bytes: bytes.into(), version }))
    }

    async fn put(&self, path: &str, bytes: Vec<u8>, served: Served, mode: PutMode) -> Result<bool, SourceError> {
        let mut options = PutOptions::from(mode);
        // Files have no such properties: whoever serves the folder sets them.
        if self.folder.is_none() {
            options.attributes = Attributes::from_iter([
                (Attribute::ContentType, served.content_type),
                (Attribute::CacheControl, served.cache_control),
            ]);
        }
        match self.store.put_opts(&self.place(path), PutPayload::from(bytes), options).await {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(false),
            Err(fault) => Err(self.fault("written to", path, &fault)),
        }
    }

    /// Writes an object where none is; false when there is one.
    pub(super) async fn create(&self, path: &str, bytes: Vec<u8>, served: Served) -> Result<bool, SourceError> {
        self.put(path, bytes, served, PutMode::Create).await
    }

    /// Writes an object over the one that was read; false when that is no longer there.
    pub(super) async fn replace(
        &self,
        path: &str,
        bytes: Vec<u8>,
        served: Served,
        read: &Found,
    ) -> Result<bool, SourceError> {
        let Some(folder) = &self.folder else {
            return self.put(path, bytes, served, PutMode::Update(read.version.clone())).await;
        };
        let lock = store::take_lock(&folder.join(LOCK_FILE)).map_err(|fault| SourceError(fault.to_string()))?;
        let still = self.get(path).await?.is_some_and(|there| there.bytes == read.bytes);
        Ok(lock.is_some() && still && self.put(path, bytes, served, PutMode::Overwrite).await?)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, SourceError> {
        let found = self.run(self.get(path))?;
        let missing = || SourceError(format!("{} has no {path}: check the address, or try again later", self.named));
        found.map(|found| found.bytes).ok_or_else(missing)
    }
}

/// The library's own store for an address.
fn opened(scheme: &str, url: &str, environment: &[(String, String)]) -> Result<Box<dyn ObjectStore>, Error> {
    let retry = RetryConfig { max_retries: RETRIES.0, retry_timeout: RETRIES.1, ..RetryConfig::default() };
    let time = ("timeout".to_owned(), REQUEST_TIME.to_owned());
    let settings: Vec<_> =
        [&time].into_iter().chain(environment).map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    if scheme != "file" {
        // The program's one TLS library; another start in the same process has set it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    // A name that a store does not know is a setting of another one.
    Ok(match scheme {
        "s3" => {
            let begun = AmazonS3Builder::new().with_url(url).with_retry(retry);
            let set = |store: AmazonS3Builder, (name, value): &(String, &String)| match name.parse() {
                Ok(key) => store.with_config(key, *value),
                Err(_) => store,
            };
            Box::new(settings.iter().fold(begun, set).build()?)
        }
        "gs" => {
            let begun = GoogleCloudStorageBuilder::new().with_url(url).with_retry(retry);
            let set = |store: GoogleCloudStorageBuilder, (name, value): &(String, &String)| match name.parse() {
                Ok(key) => store.with_config(key, *value),
                Err(_) => store,
            };
            Box::new(settings.iter().fold(begun, set).build()?)
        }
        "az" => {
            let begun = MicrosoftAzureBuilder::new().with_url(url).with_retry(retry);
            let set = |store: MicrosoftAzureBuilder, (name, value): &(String, &String)| match name.parse() {
                Ok(key) => store.with_config(key, *value),
                Err(_) => store,
            };
            Box::new(settings.iter().fold(begun, set).build()?)
        }
        // What was put there survives a power loss, as in the other stores.
        _ => Box::new(LocalFileSystem::new().with_fsync(true)),
    })
}

/// What went wrong at the bottom, on one line; a server's own message where it sent one.
fn said(fault: &Error) -> String {
    let mut deepest: &dyn std::error::Error = fault;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    let text = deepest.to_string();
    let message = text.split_once("<Message>").and_then(|(_, rest)| rest.split_once("</Message>"));
    let line = message.map_or(text.as_str(), |(message, _)| message).split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(200).collect()
}

impl TileSource for Bucket {
    type Error = SourceError;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, SourceError> {
        self.read(&TilePath::Hashes(tile).to_string())
    }
}

impl Source for Bucket {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        self.read("checkpoint")
    }

    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, SourceError> {
        self.read(&TilePath::Entries { index, width }.to_string())
    }
}
