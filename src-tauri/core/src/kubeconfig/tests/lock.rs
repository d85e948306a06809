//! kubectl's lock, from both sides.

use std::{
    fs::{self, File},
    io::Write,
    sync::mpsc,
    time::Duration,
};

use super::fixture::{Home, PERSONAL, entry};
use crate::{
    context::ContextName,
    error::{Code, Explain, Remedy},
    kubeconfig::{
        Change, KubeconfigError,
        lock::{acquire, lock_path},
    },
};

#[tokio::test]
async fn a_foreign_lock_is_reported_and_never_removed() {
    let home = Home::with(&[Some(PERSONAL), Some(""), None]);
    for index in 0..3 {
        let lock = lock_path(home.file(index));
        File::create_new(&lock).unwrap();
        let kubeconfig = home.kubeconfig().with_patience(Duration::from_millis(200));
        let error = kubeconfig
            .add_cluster(entry("dev"), true)
            .await
            .unwrap_err();
        assert_eq!(error.code(), Code::KubeconfigLocked);
        assert_eq!(
            error.to_string(),
            format!(
                "another program has held the lock `{}` for 0 s",
                lock.display()
            )
        );
        assert_eq!(error.hint().unwrap(), "Try again when it is done.");
        kubeconfig.recover().await;
        assert!(lock.exists());
        fs::remove_file(&lock).unwrap();
        let left = fs::read_dir(home.path()).unwrap().count();
        assert_eq!(left, 2, "only the two files");
    }
    assert_eq!(
        home.contents(),
        [Some(PERSONAL.into()), Some(String::new()), None]
    );
}

#[tokio::test]
async fn a_lock_that_goes_away_in_time_is_waited_for() {
    let home = Home::one(PERSONAL);
    let lock = lock_path(home.file(0));
    File::create_new(&lock).unwrap();
    let kubeconfig = home.kubeconfig().with_patience(Duration::from_secs(60));
    let (started, start) = mpsc::channel();
    let release = std::thread::spawn(move || {
        start.recv().unwrap();
        fs::remove_file(lock).unwrap();
    });
    let name = ContextName::new("kind-test");
    let change = async {
        started.send(()).unwrap();
        kubeconfig.use_context(&name).await
    };
    assert!(matches!(change.await.unwrap(), Change::Written { .. }));
    release.join().unwrap();
    assert_eq!(
        fs::read_dir(home.path()).unwrap().count(),
        2,
        "the file and the history"
    );
}

#[test]
fn kubectl_is_kept_out_while_we_hold_the_lock() {
    let home = Home::with(&[Some(PERSONAL), None]);
    let files = [home.file(0).to_owned(), home.file(1).to_owned()];
    let locks = acquire(&files, Duration::ZERO, &|| {}).unwrap();
    let refused = home.kubectl(&["config", "use-context", "kind-test"]);
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("config-0.lock: file exists"), "{message}");
    assert!(acquire(&files, Duration::ZERO, &|| {}).is_err());
    drop(locks);
    home.ask_kubectl(&["config", "use-context", "kind-test"]);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn an_orphan_of_ours_is_removed_and_a_living_lock_is_not() {
    let home = Home::one(PERSONAL);
    let files = [home.file(0).to_owned()];
    let lock = lock_path(home.file(0));
    // As a killed process leaves it: signed, and held by nobody.
    let mut orphan = File::create_new(&lock).unwrap();
    orphan
        .write_all(b"k3tray\npid 1\nsince 2026-01-01T00:00:00Z\n")
        .unwrap();
    drop(orphan);
    let locks = acquire(&files, Duration::ZERO, &|| {}).unwrap();
    crate::kubeconfig::lock::recover(&lock);
    assert!(lock.exists(), "held, so not an orphan");
    drop(locks);
    assert!(!lock.exists());
}

#[test]
fn a_panic_releases_the_lock() {
    let home = Home::one(PERSONAL);
    let files = [home.file(0).to_owned()];
    let work = std::panic::catch_unwind(|| {
        let _locks = acquire(&files, Duration::ZERO, &|| {}).unwrap();
        assert!(lock_path(home.file(0)).exists());
        std::panic::resume_unwind(Box::new("interrupted"));
    });
    assert!(work.is_err());
    assert!(!lock_path(home.file(0)).exists());
}

#[test]
fn a_lock_that_another_program_put_in_place_of_ours_stays() {
    let home = Home::one(PERSONAL);
    let locks = acquire(&[home.file(0).to_owned()], Duration::ZERO, &|| {}).unwrap();
    let lock = lock_path(home.file(0));
    fs::remove_file(&lock).unwrap();
    File::create_new(&lock).unwrap();
    drop(locks);
    assert!(lock.exists());
}

#[tokio::test]
async fn a_lock_that_was_left_behind_is_removed_when_asked_and_a_young_one_is_not() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    let lock = lock_path(home.file(0));
    let file = File::create_new(&lock).unwrap();
    let refused = kubeconfig.break_lock(&lock).await.unwrap_err();
    assert_eq!(refused.code(), Code::KubeconfigLocked);
    assert!(lock.exists());
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
    file.set_modified(long_ago).unwrap();
    let other = home.path().join("other.lock");
    File::create_new(&other)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    let refused = kubeconfig.break_lock(&other).await;
    assert!(matches!(refused, Err(KubeconfigError::NotOurs(_))));
    kubeconfig.break_lock(&lock).await.unwrap();
    assert!(!lock.exists() && other.exists());
}

#[tokio::test]
async fn a_lock_left_behind_comes_with_its_remedy_and_the_verb_that_does_the_same() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig().with_patience(Duration::ZERO);
    let lock = lock_path(home.file(0));
    let file = File::create_new(&lock).unwrap();
    let name = ContextName::new("kind-test");
    assert!(kubeconfig.unlock().await.is_err(), "too young");
    let hour = Duration::from_secs(3600);
    let made = std::time::SystemTime::now() - hour;
    file.set_modified(made).unwrap();
    let error = kubeconfig.use_context(&name).await.unwrap_err();
    assert_eq!(
        (error.to_string(), error.hint().unwrap()),
        (
            format!(
                "another program has held the lock `{}` for 60 min",
                lock.display()
            ),
            "It was probably left behind. If nothing is changing the kubeconfig, remove it: \
             `k3tray kubeconfig unlock`."
                .into()
        )
    );
    let Some(Remedy::RemoveLock {
        lock: of,
        made: told,
        stale,
    }) = error.remedy()
    else {
        panic!("no remedy");
    };
    assert_eq!(of, lock);
    assert_eq!(stale.duration_since(told).as_secs(), 60);
    let made = jiff::Timestamp::try_from(made).unwrap();
    assert!(
        told.duration_since(made).abs().as_secs() < 60,
        "{told} is not {made}"
    );
    assert_eq!(kubeconfig.unlock().await.unwrap(), [lock]);
    kubeconfig.use_context(&name).await.unwrap();
    assert_eq!(
        kubeconfig.unlock().await.unwrap(),
        [""; 0].map(std::path::PathBuf::from)
    );
}

#[tokio::test]
async fn the_lock_of_a_living_k3tray_is_named_by_its_process_and_stays_however_old() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig().with_patience(Duration::ZERO);
    let locks = acquire(&[home.file(0).to_owned()], Duration::ZERO, &|| {}).unwrap();
    let lock = lock_path(home.file(0));
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(3 * 86_400);
    File::options()
        .write(true)
        .open(&lock)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    let refused = kubeconfig.break_lock(&lock).await.unwrap_err();
    let process = std::process::id();
    assert_eq!(
        refused.to_string(),
        format!(
            "another k3tray (process {process}) has held the lock `{}` for 3 days",
            lock.display()
        )
    );
    assert_eq!(refused.remedy(), None);
    assert!(lock.exists());
    drop(locks);
}
