//! Files from the network: whole, verified, and resumed where a download broke off.

use super::folder::DATA_VARIABLE;
use crate::display::{Bundle, LiveDisplay, interrupt};
use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

/// How long to wait for a silent server.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often to check for an interrupt.
const CHECK_INTERVAL: Duration = Duration::from_millis(100);

/// Downloads `address` to `target`, unless it is there with the right checksum.
///
/// What arrives is kept in `target` + `.part`, and a later call resumes from there. The first download's SHA-256 is written to
/// `target` + `.sha256`: a file that no longer matches it is downloaded again. If you give `sha256` (hexadecimal), a file with
/// another checksum is an error.
///
/// # Errors
/// When the server cannot be reached or refuses, the disk is full, or the checksum is wrong.
pub fn download(address: &str, target: &Path, sha256: Option<&str>) -> Result<()> {
    get(address, target, |file| {
        let Some(wanted) = sha256 else {
            return Ok(());
        };
        refuse_other_checksum("SHA-256", &checksum::<Sha256>(file)?, wanted)
    })
}

pub(super) fn refuse_other_checksum(kind: &str, found: &str, wanted: &str) -> Result<()> {
    match found.eq_ignore_ascii_case(wanted) {
        true => Ok(()),
        false => Err(Error::Data(format!(
            "the {kind} is {found}, it should be {wanted}"
        ))),
    }
}

/// Downloads a file that must pass `check` before it is renamed to `target`.
pub(super) fn get(address: &str, target: &Path, check: impl Fn(&Path) -> Result<()>) -> Result<()> {
    let note = beside(target, "sha256");
    let is_as_noted = || match fs::read_to_string(&note) {
        Ok(noted) => checksum::<Sha256>(target).is_ok_and(|found| found == noted.trim()),
        Err(_) => true,
    };
    if target.is_file() && is_as_noted() && check(target).is_ok() {
        return Ok(());
    }
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    let part = beside(target, "part");
    fetch(address, &part)?;
    if let Err(error) = check(&part) {
        fs::remove_file(&part).map_err(at(&part))?;
        return Err(Error::Data(format!(
            "{address} sent a wrong file, which was removed ({error}); try again later"
        )));
    }
    let found = checksum::<Sha256>(&part)?;
    fs::write(&note, format!("{found}\n")).map_err(at(&note))?;
    fs::rename(&part, target).map_err(at(target))
}

/// The error of a file operation on a path.
fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { path, source }
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

pub(super) fn checksum<D: Digest + Write>(path: &Path) -> Result<String> {
    let mut hasher = D::new();
    File::open(path)
        .and_then(|mut file| std::io::copy(&mut file, &mut hasher))
        .map_err(at(path))?;
    Ok(hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Downloads what `part` is missing, and appends it.
fn fetch(address: &str, part: &Path) -> Result<()> {
    const PARTIAL_CONTENT: u16 = 206;
    const RANGE_NOT_SATISFIABLE: u16 = 416;
    let _guard = interrupt::Guard::new();
    let there = fs::metadata(part).map_or(0, |metadata| metadata.len());
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .http_status_as_error(false)
        .build()
        .into();
    let mut request = agent.get(address);
    if there > 0 {
        request = request.header("Range", format!("bytes={there}-"));
    }
    let response = request.call().map_err(|error| {
        Error::Data(format!(
            "{address} cannot be reached ({error}). Without a network, copy the file from elsewhere and set {} to its folder.",
            DATA_VARIABLE
        ))
    })?;
    let status = response.status();
    if there > 0 && status.as_u16() == RANGE_NOT_SATISFIABLE {
        let whole = format!("bytes */{there}");
        if response
            .headers()
            .get("Content-Range")
            .is_some_and(|range| range == whole.as_str())
        {
            return Ok(());
        }
        // The part belongs to another file.
        fs::remove_file(part).map_err(at(part))?;
        return fetch(address, part);
    }
    if !status.is_success() {
        return Err(Error::Data(format!(
            "{address}: the server answers {status}"
        )));
    }
    let begins_anew = status.as_u16() != PARTIAL_CONTENT;
    let mut file = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(begins_anew)
        .append(!begins_anew)
        .open(part)
        .map_err(at(part))?;
    let mut done = if begins_anew { 0 } else { there };
    let total = response.body().content_length().map(|length| length + done);
    let chunks = read_aside(response.into_body().into_reader());
    let mut progress = LiveDisplay::new();
    let mut silent = Duration::ZERO;
    loop {
        if interrupt::interrupted() {
            return Err(broke_off(address, "you stopped it"));
        }
        match chunks.recv_timeout(CHECK_INTERVAL) {
            Ok(Ok(chunk)) => {
                file.write_all(&chunk).map_err(at(part))?;
                done += chunk.len() as u64;
                silent = Duration::ZERO;
                progress.update(&Bundle::text(progress_text(address, done, total)))?;
            }
            Ok(Err(error)) => return Err(broke_off(address, &error.to_string())),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                silent += CHECK_INTERVAL;
                if silent > PATIENCE {
                    return Err(broke_off(address, "the server stopped sending"));
                }
            }
        }
    }
    match total {
        Some(total) if done < total => Err(broke_off(address, "the connection ended early")),
        _ => Ok(()),
    }
}

/// Reads on its own thread, so that you can stop the download while the server is silent.
fn read_aside(mut body: impl Read + Send + 'static) -> Receiver<std::io::Result<Vec<u8>>> {
    let (sender, receiver) = sync_channel(16);
    std::thread::spawn(move || {
        loop {
            let mut buffer = vec![0; 1 << 16];
            let chunk = match body.read(&mut buffer) {
                Ok(0) => return,
                Ok(count) => {
                    buffer.truncate(count);
                    Ok(buffer)
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            let ended = chunk.is_err();
            if sender.send(chunk).is_err() || ended {
                return;
            }
        }
    });
    receiver
}

fn broke_off(address: &str, reason: &str) -> Error {
    Error::Data(format!(
        "{address}: the download broke off ({reason}); run it again to resume from there"
    ))
}

fn progress_text(address: &str, done: u64, total: Option<u64>) -> String {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    match total {
        Some(total) => format!(
            "{address}: {:.1} of {:.1} MB",
            megabytes(done),
            megabytes(total)
        ),
        None => format!("{address}: {:.1} MB", megabytes(done)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;

    /// Serves `content`: the first response is cut in half, later ones respect `Range`.
    fn server(content: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/file", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for (index, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap())
                    .lines()
                    .map_while(Result::ok);
                let missing = lines.next().unwrap().contains("missing");
                let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                let start: Option<usize> = headers.iter().find_map(|line| {
                    line.to_lowercase()
                        .strip_prefix("range: bytes=")?
                        .strip_suffix('-')?
                        .parse()
                        .ok()
                });
                let mut range = String::new();
                let (status, rest) = match start {
                    _ if missing => ("404 Not Found", &content[..0]),
                    Some(start) if start >= content.len() => {
                        range = format!("Content-Range: bytes */{}\r\n", content.len());
                        ("416 Range Not Satisfiable", &content[..0])
                    }
                    Some(start) => ("206 Partial Content", &content[start..]),
                    None => ("200 OK", content),
                };
                let sent = if index == 0 {
                    &rest[..rest.len() / 2]
                } else {
                    rest
                };
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{range}Connection: close\r\n\r\n",
                    rest.len()
                );
                let _ = stream
                    .write_all(head.as_bytes())
                    .and_then(|()| stream.write_all(sent));
            }
        });
        address
    }

    #[test]
    fn a_broken_download_resumes_and_a_wrong_checksum_is_an_error() {
        let content: &[u8] = &[7; 100_000];
        let wanted: String = Sha256::digest(content)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let address = server(content);
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("data/file.bin");
        let error = download(&address, &target, Some(&wanted))
            .unwrap_err()
            .to_string();
        assert!(error.contains("broke off"), "{error}");
        assert!(!target.exists());
        assert_eq!(fs::metadata(beside(&target, "part")).unwrap().len(), 50_000);
        download(&address, &target, Some(&wanted)).unwrap();
        assert_eq!(fs::read(&target).unwrap(), content);
        assert_eq!(
            fs::read_to_string(beside(&target, "sha256"))
                .unwrap()
                .trim(),
            wanted
        );

        fs::write(&target, "damaged").unwrap();
        download(&address, &target, None).unwrap();
        assert_eq!(fs::read(&target).unwrap(), content);

        let other = folder.path().join("other.bin");
        for left_over in [content, &[1; 100_001]] {
            fs::write(beside(&other, "part"), left_over).unwrap();
            download(&address, &other, Some(&wanted)).unwrap();
            fs::remove_file(&other).unwrap();
        }
        assert!(
            download(&address, &other, Some("00"))
                .unwrap_err()
                .to_string()
                .contains("should be 00")
        );
        assert!(!other.exists() && !beside(&other, "part").exists());
        assert!(
            download(&format!("{address}/missing"), &other, None)
                .unwrap_err()
                .to_string()
                .contains("404")
        );
    }

    #[test]
    fn without_a_server_the_message_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let error = download(&format!("http://{free}/x"), &folder.path().join("x"), None)
            .unwrap_err()
            .to_string();
        assert!(error.contains("EOSIN_DATA"), "{error}");
    }
}
