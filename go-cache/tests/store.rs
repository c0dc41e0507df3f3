//! What the store promises: whole blobs or none, under any number of writers, and oldest use first out.

use go_cache::{Key, KeyBuilder, Store};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A folder of its own for each test, removed at its end.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Dir {
        let dir = std::env::temp_dir().join(format!("gorc-cache-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        Dir(dir)
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn key(n: u32) -> Key {
    KeyBuilder::new("test").input("n", &n.to_le_bytes()).finish()
}

fn file_of(dir: &Path, k: &Key) -> PathBuf {
    let hex = k.to_hex();
    dir.join(&hex[..2]).join(&hex[2..])
}

#[test]
fn inputs_do_not_run_together() {
    let k =
        |parts: &[(&str, &str)]| parts.iter().fold(KeyBuilder::new("k"), |b, (n, v)| b.input(n, v.as_bytes())).finish();
    assert_ne!(k(&[("a", "bc")]), k(&[("ab", "c")]));
    assert_ne!(k(&[("a", "b"), ("c", "d")]), k(&[("c", "d"), ("a", "b")]));
    assert_ne!(k(&[("a", "")]), k(&[("a", ""), ("", "")]));
    assert_ne!(KeyBuilder::new("k").finish(), KeyBuilder::new("l").finish());
    assert_eq!(k(&[("a", "b")]), k(&[("a", "b")]));
}

#[test]
fn damaged_entries_are_misses_and_go_away() {
    let dir = Dir::new("damaged");
    let store = Store::open(&dir.0).unwrap();
    let blob: Vec<u8> = (0..1000u32).flat_map(u32::to_le_bytes).collect();
    for how in 0..4 {
        store.put(&key(1), &blob).unwrap();
        assert_eq!(store.get(&key(1)), Some(blob.clone()));
        let path = file_of(&dir.0, &key(1));
        let mut bytes = fs::read(&path).unwrap();
        match how {
            0 => bytes.truncate(bytes.len() - 1),
            1 => bytes.truncate(3),
            2 => *bytes.last_mut().unwrap() ^= 1,
            _ => bytes.push(0),
        }
        fs::write(&path, bytes).unwrap();
        assert_eq!(store.get(&key(1)), None, "damage {how}");
        assert!(!path.exists());
    }
}

#[test]
fn readers_see_whole_blobs_while_many_write() {
    let dir = Dir::new("writers");
    let blobs: Vec<Vec<u8>> = (0..4u8).map(|n| vec![n; 50_000]).collect();
    std::thread::scope(|s| {
        for blob in &blobs {
            s.spawn(|| {
                // Each its own handle, as processes have.
                let store = Store::open(&dir.0).unwrap();
                for _ in 0..50 {
                    store.put(&key(7), blob).unwrap();
                    let got = store.get(&key(7)).expect("replaced in one step");
                    assert!(blobs.contains(&got));
                }
            });
        }
    });
    let left: Vec<_> = fs::read_dir(file_of(&dir.0, &key(7)).parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "no unfinished files");
}

#[test]
fn trimming_removes_what_was_not_used_for_longest() {
    let dir = Dir::new("trim");
    let store = Store::open(&dir.0).unwrap();
    let hours = |n: u64| SystemTime::now() - Duration::from_secs(n * 3600);
    for n in 0..10 {
        store.put(&key(n), &[0; 1000]).unwrap();
        File::options()
            .append(true)
            .open(file_of(&dir.0, &key(n)))
            .unwrap()
            .set_modified(hours(100 - u64::from(n)))
            .unwrap();
    }
    // Reading the oldest makes it the youngest.
    assert!(store.get(&key(0)).is_some());
    let abandoned = file_of(&dir.0, &key(3)).with_extension("part");
    fs::write(&abandoned, "x").unwrap();
    File::options().append(true).open(&abandoned).unwrap().set_modified(hours(30)).unwrap();
    let size = fs::metadata(file_of(&dir.0, &key(3))).unwrap().len();
    let done = store.trim(3 * size).unwrap();
    assert_eq!((done.removed, done.left), (8, 3 * size));
    let left: Vec<u32> = (0..10).filter(|n| store.get(&key(*n)).is_some()).collect();
    assert_eq!(left, [0, 8, 9]);
    assert!(!abandoned.exists());
}

#[test]
fn what_cannot_be_written_leaves_nothing() {
    let dir = Dir::new("blocked");
    let store = Store::open(&dir.0).unwrap();
    // A file stands where the shard's folder would be.
    let shard = file_of(&dir.0, &key(5)).parent().unwrap().to_owned();
    fs::write(&shard, "in the way").unwrap();
    let e = store.put(&key(5), b"x").unwrap_err();
    assert!(e.to_string().starts_with("cache: "), "{e}");
    assert_eq!(store.get(&key(5)), None);
    assert_eq!(fs::read(&shard).unwrap(), b"in the way");
}
