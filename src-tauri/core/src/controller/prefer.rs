//! What a person sets in the window: read from the settings and written there.

use std::path::PathBuf;

use tokio::task::spawn_blocking;

use super::{event::Event, handle::Handle, work::CutOff};
use crate::{
    error::{Explain, Problem},
    preferences::{Preferences, PreferencesRefused},
    settings::{self, Settings},
    stored::StoredError,
};

impl Handle {
    /// What is set now, read anew: the person may have written something else into the file.
    pub async fn preferences(&self) -> Result<Preferences, Problem> {
        let title = "Could not read the settings";
        let path = self.settings();
        let loaded = spawn_blocking(move || Settings::load(&path)).await;
        let loaded = loaded.map_err(|error| Problem::new(title, &CutOff(error)))?;
        let settings = loaded.map_err(|error| Problem::new(title, &error))?;
        Ok(Preferences::of(&settings))
    }

    /// Keeps what was set, and goes by it from then on.
    ///
    /// # Errors
    /// What is to be corrected, or why it could not be written; nothing is changed then.
    pub async fn prefer(&self, preferences: Preferences) -> Result<(), PreferencesRefused> {
        let (path, home) = (self.settings(), self.paths.home.clone());
        let keep = move || {
            Settings::change(&path, |settings| {
                let applied = preferences.applied_to(settings, &home);
                applied.map_err(|problems| PreferencesRefused::Fields { problems })
            })
        };
        let kept = spawn_blocking(keep).await;
        let settings = kept.map_err(|error| not_kept(&CutOff(error)))??;
        self.tell(Event::Settings(settings));
        Ok(())
    }

    fn settings(&self) -> PathBuf {
        self.paths.config.join(settings::FILE)
    }
}

impl From<StoredError> for PreferencesRefused {
    fn from(error: StoredError) -> Self {
        not_kept(&error)
    }
}

fn not_kept(error: &impl Explain) -> PreferencesRefused {
    PreferencesRefused::Problem {
        problem: Problem::new("Could not keep the settings", error),
    }
}
