//! Where history is kept: in memory, or in the directory that was named.

use super::socket::Origin;
use chat_server::Config;
use chat_server::log::Logs;
use chat_server::log::memory::MemoryLogs;
use chat_server::log::sqlite::{OpenError, SqliteLogs};
use std::sync::Arc;
use std::time::Duration;

/// What the last server may take beyond its drain, to write down the last of it.
const LAST_COMMITS: Duration = Duration::from_secs(2);

/// The logs. Waits for whoever still has them, if another server is expected to end; nothing else is to be done yet.
pub(crate) fn open(config: &Config, origin: Origin) -> Result<Arc<dyn Logs>, OpenError> {
    match &config.data {
        Some(data) => Ok(Arc::new(SqliteLogs::open(data, config.disk(), patience(config, origin))?)),
        None => Ok(Arc::new(MemoryLogs::new(config.memory()))),
    }
}

fn patience(config: &Config, origin: Origin) -> Duration {
    match origin {
        Origin::Own => Duration::ZERO,
        // One that is handed over is there for the sake of restarts.
        Origin::HandedOver => config.drain + LAST_COMMITS,
    }
}
