//! Figures: one subject's laps, their medians, and the table of them.

use std::{fmt, time::Duration};

use crate::subject::Subject;

/// When what was reached in one round, counted from the start of the command that leads to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Laps {
    /// `/readyz` answers on the published port.
    pub(crate) api: Duration,
    /// One node is Ready.
    pub(crate) first_ready: Duration,
    /// Every node is.
    pub(crate) all_ready: Duration,
    /// The command that creates has returned.
    pub(crate) returned: Duration,
    /// The command that stops.
    pub(crate) stop: Duration,
    /// From its start until every node is Ready again.
    pub(crate) start: Duration,
    /// The command that deletes.
    pub(crate) delete: Duration,
}

impl Laps {
    fn all(&self) -> [Duration; 7] {
        [
            self.api,
            self.first_ready,
            self.all_ready,
            self.returned,
            self.stop,
            self.start,
            self.delete,
        ]
    }

    /// Lap by lap.
    pub(crate) fn median(rounds: &[Self]) -> Self {
        let lap =
            |pick: fn(&Self) -> Duration| median(&mut rounds.iter().map(pick).collect::<Vec<_>>());
        Self {
            api: lap(|laps| laps.api),
            first_ready: lap(|laps| laps.first_ready),
            all_ready: lap(|laps| laps.all_ready),
            returned: lap(|laps| laps.returned),
            stop: lap(|laps| laps.stop),
            start: lap(|laps| laps.start),
            delete: lap(|laps| laps.delete),
        }
    }
}

/// The middle one, or the mean of the middle two.
pub(crate) fn median(durations: &mut [Duration]) -> Duration {
    durations.sort_unstable();
    match durations.len() {
        0 => Duration::ZERO,
        odd if odd % 2 == 1 => durations[odd / 2],
        even => (durations[even / 2 - 1] + durations[even / 2]) / 2,
    }
}

/// Subjects and their laps.
pub(crate) struct Table<'a> {
    rows: Vec<(&'a Subject, &'a Laps)>,
}

impl<'a> Table<'a> {
    pub(crate) fn of(subjects: &'a [Subject], laps: &'a [Laps]) -> Self {
        Self {
            rows: subjects.iter().zip(laps).collect(),
        }
    }
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = [
            "API",
            "1st Ready",
            "all Ready",
            "returns",
            "stop",
            "start",
            "delete",
        ];
        write!(f, "  {:<14}", "")?;
        for head in heads {
            write!(f, "{head:>11}")?;
        }
        writeln!(f)?;
        for (subject, laps) in &self.rows {
            write!(f, "  {:<14}", subject.name())?;
            for lap in laps.all() {
                write!(f, "{:>11.2}", lap.as_secs_f64())?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
