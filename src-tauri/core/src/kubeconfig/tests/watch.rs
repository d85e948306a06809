//! Changes by other hands are seen, and only whole ones.

use std::{fs, pin::pin, time::Duration};

use futures_util::{Stream, StreamExt};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, timeout},
};

use super::fixture::{Home, PERSONAL, entry};
use crate::{
    context::{ContextName, Contexts},
    kubeconfig::{Kubeconfig, Locations, watch},
};

/// How long the system may take to tell of a change on a machine that does much else; less than until the
/// regular look, which would see it without being told.
const SEEN_WITHIN: Duration = Duration::from_secs(30);

/// Long enough to be sure that nothing is told.
const SILENCE: Duration = Duration::from_millis(700);

async fn next(stream: &mut (impl Stream<Item = Contexts> + Unpin)) -> Contexts {
    timeout(SEEN_WITHIN, stream.next())
        .await
        .expect("seen at last")
        .unwrap()
}

fn current(contexts: &Contexts) -> Option<&str> {
    contexts.current.as_ref().map(ContextName::as_str)
}

#[tokio::test]
async fn a_switch_by_kubectl_and_one_by_us_are_seen() {
    let home = Home::one(PERSONAL);
    let mut stream = pin!(home.kubeconfig().watch());
    assert_eq!(current(&next(&mut stream).await), Some("prod"));
    home.ask_kubectl(&["config", "use-context", "kind-test"]);
    assert_eq!(current(&next(&mut stream).await), Some("kind-test"));
    home.kubeconfig()
        .add_cluster(entry("dev"), true)
        .await
        .unwrap();
    assert_eq!(current(&next(&mut stream).await), Some("k3d-dev"));
    let dev = crate::cluster::ClusterName::observed("dev");
    home.kubeconfig().remove_cluster(&dev).await.unwrap();
    assert_eq!(current(&next(&mut stream).await), None);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_on_the_way_that_is_swapped_is_seen() {
    use std::os::unix::fs::symlink;
    let home = Home::with(&[None]);
    let place = |name: &str| home.path().join(name);
    for (folder, current) in [("one", "prod"), ("two", "kind-test")] {
        fs::create_dir(place(folder)).unwrap();
        let text = PERSONAL.replace("'prod'", &format!("'{current}'"));
        fs::write(place(folder).join("kube"), text).unwrap();
    }
    for (first, target, other) in [
        ("links/middle", "../one/kube", "../two/kube"),
        ("links/folder/kube", "../one", "../two"),
    ] {
        let _ = fs::remove_dir_all(place("links"));
        let _ = fs::remove_file(home.file(0));
        fs::create_dir(place("links")).unwrap();
        symlink(first, home.file(0)).unwrap();
        let link = place(first.strip_suffix("/kube").unwrap_or(first));
        symlink(target, &link).unwrap();
        let mut stream = pin!(home.kubeconfig().watch());
        assert_eq!(current(&next(&mut stream).await), Some("prod"), "{first}");
        symlink(other, place("links/new")).unwrap();
        fs::rename(place("links/new"), &link).unwrap();
        assert_eq!(
            current(&next(&mut stream).await),
            Some("kind-test"),
            "{first}"
        );
    }
}

/// The clock goes on by itself whenever everybody waits for it: what is measured is what is waited for, and
/// not how busy this machine is.
#[tokio::test(start_paused = true)]
async fn a_half_written_file_is_waited_for() {
    let home = Home::one(PERSONAL);
    let (tell, events) = mpsc::channel(1);
    let mut stream = pin!(watch::follow(home.kubeconfig(), None, events));
    stream.next().await;
    for half in ["", "contexts: [{name: a"] {
        for text in [half, PERSONAL] {
            fs::write(home.file(0), text).unwrap();
            tell.send(()).await.unwrap();
            assert!(
                timeout(SILENCE, stream.next()).await.is_err(),
                "{text:?} was believed"
            );
        }
    }
    // A whole document, but kubectl's lock says there is more to come.
    let lock = crate::kubeconfig::lock::lock_path(home.file(0));
    fs::File::create_new(&lock).unwrap();
    fs::write(home.file(0), "contexts: []\n").unwrap();
    tell.send(()).await.unwrap();
    assert!(
        timeout(SILENCE, stream.next()).await.is_err(),
        "a locked file was believed"
    );
    fs::write(home.file(0), PERSONAL.replace("'prod'", "'kind-test'")).unwrap();
    fs::remove_file(&lock).unwrap();
    let told = Instant::now();
    tell.send(()).await.unwrap();
    assert_eq!(
        stream.next().await.as_ref().and_then(current),
        Some("kind-test")
    );
    assert!(
        told.elapsed() < Duration::from_secs(1),
        "a promise to the user"
    );
}

/// Every change of ours begins a new watch.
#[tokio::test(start_paused = true)]
async fn a_watch_that_begins_beside_a_half_written_file_waits_too() {
    let home = Home::one(PERSONAL);
    let kind = ContextName::new("kind-test");
    home.kubeconfig().use_context(&kind).await.unwrap();
    let whole = home.content();
    fs::write(home.file(0), "").unwrap();
    // Its writer may still be at it, however long this machine takes to look.
    let file = fs::File::options().write(true).open(home.file(0)).unwrap();
    let later = std::time::SystemTime::now() + Duration::from_secs(3600);
    file.set_modified(later).unwrap();
    let (tell, events) = mpsc::channel(1);
    let mut stream = pin!(watch::follow(home.kubeconfig(), None, events));
    assert!(
        timeout(SILENCE, stream.next()).await.is_err(),
        "an empty file was believed"
    );
    fs::write(home.file(0), whole).unwrap();
    tell.send(()).await.unwrap();
    assert_eq!(current(&next(&mut stream).await), Some("kind-test"));
}

#[tokio::test]
async fn a_file_that_stays_empty_is_believed_in_the_end() {
    let home = Home::one(PERSONAL);
    let mut stream = pin!(home.kubeconfig().watch());
    next(&mut stream).await;
    fs::write(home.file(0), "").unwrap();
    let believed = timeout(SEEN_WITHIN, stream.next()).await.unwrap();
    assert_eq!(believed, Some(Contexts::default()));
}

#[tokio::test]
async fn a_file_in_a_folder_that_is_made_later_is_seen() {
    let home = Home::with(&[None]);
    let locations = Locations {
        home: Some(home.path().join("me")),
        ..Locations::default()
    };
    let kubeconfig = Kubeconfig::new(&locations, home.history());
    let mut stream = pin!(kubeconfig.watch());
    assert_eq!(next(&mut stream).await, Contexts::default());
    kubeconfig.add_cluster(entry("dev"), true).await.unwrap();
    assert_eq!(current(&next(&mut stream).await), Some("k3d-dev"));
    fs::remove_dir_all(home.path().join("me")).unwrap();
    let gone = timeout(SEEN_WITHIN, stream.next()).await.unwrap();
    assert_eq!(gone, Some(Contexts::default()));
    kubeconfig.add_cluster(entry("prod"), true).await.unwrap();
    assert_eq!(current(&next(&mut stream).await), Some("k3d-prod"));
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_behind_a_link_is_watched() {
    let home = Home::with(&[None]);
    let elsewhere = home.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("kube"), PERSONAL).unwrap();
    std::os::unix::fs::symlink("elsewhere/kube", home.file(0)).unwrap();
    let mut stream = pin!(home.kubeconfig().watch());
    next(&mut stream).await;
    fs::write(
        elsewhere.join("kube"),
        PERSONAL.replace("'prod'", "'kind-test'"),
    )
    .unwrap();
    assert_eq!(current(&next(&mut stream).await), Some("kind-test"));
}

#[tokio::test(start_paused = true)]
async fn where_no_change_is_ever_told_it_is_seen_within_a_minute() {
    let home = Home::one(PERSONAL);
    let (_silent, events) = mpsc::channel(1);
    let mut stream = pin!(watch::follow(home.kubeconfig(), None, events));
    assert_eq!(stream.next().await.as_ref().and_then(current), Some("prod"));
    let begin = Instant::now();
    for name in ["kind-test", "prod"] {
        let change = async {
            sleep(watch::RECHECK / 2).await;
            let text = PERSONAL.replace("'prod'", &format!("'{name}'"));
            fs::write(home.file(0), text).unwrap();
        };
        let (seen, ()) = tokio::join!(stream.next(), change);
        assert_eq!(seen.as_ref().and_then(current), Some(name));
    }
    assert_eq!(begin.elapsed(), 2 * watch::RECHECK);
    assert_eq!(watch::RECHECK, Duration::from_secs(60));
}
