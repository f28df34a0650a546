use crate::error::Result;
use std::path::PathBuf;
pub struct Home;
impl Home {
    pub fn from_environment() -> Result<Home> {
        Ok(Home)
    }
    pub fn scratch(&self) -> PathBuf {
        PathBuf::from("/root/.cache/eosin/scratch")
    }
}
