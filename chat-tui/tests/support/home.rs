//! A place on disk, and a port.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

/// Below those that systems give to connections: a server that is started again must find its port free.
const PORTS: std::ops::Range<u16> = 10_000..32_000;

/// A directory, gone when dropped.
pub struct Home(PathBuf);

impl Home {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("chat-faults-{:016x}", rand::random::<u64>()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What cannot be removed lies in the directory for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A port that no connection is given, and that was free a moment ago.
pub fn free_port() -> u16 {
    let mut ports = std::iter::repeat_with(|| rand::random_range(PORTS));
    ports.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).expect("one of thousands is free")
}
