//! Two processes that want the same name at the same time.

use k3tray_core::error::Code;
use k3tray_tests::Sandbox;

use crate::scene::{Said, all_ready, all_ready_in_list, creation, finish, kubectl, nodes};

/// How often the race is run: who is first differs from time to time.
const ROUNDS: u32 = 3;

#[tokio::test]
async fn of_two_creations_of_one_name_one_wins_and_the_other_is_told() {
    let sandbox = Sandbox::new("rivals").await;
    for round in 0..ROUNDS {
        let name = sandbox.cluster(&format!("r{round}"));
        let arguments = creation(&name, &["--agents=1", "-ojson"]);

        let (first, second) = tokio::join!(
            finish(sandbox.k3tray(&arguments)),
            finish(sandbox.k3tray(&arguments))
        );

        let (winners, losers): (Vec<Said>, Vec<Said>) = [first, second]
            .into_iter()
            .partition(|said| said.code == Some(0));
        let [loser] = &losers[..] else {
            panic!("{winners:?} {losers:?}")
        };
        assert_eq!(loser.code, Some(2), "{loser}");
        assert_eq!(loser.problem().code, Code::NameTaken, "{loser}");
        assert_eq!(
            loser.problem().causes,
            [format!("there is a cluster `{name}` already")]
        );
        let cluster = all_ready_in_list(&sandbox, &name, 2).await;
        assert_eq!(cluster.nodes.len(), 3);
        let all = ["server-0", "agent-0"].map(|node| format!("k3d-{name}-{node}"));
        assert_eq!(nodes(&sandbox).await, all_ready(&all));
        assert_eq!(
            kubectl(&sandbox, &["config", "current-context"]).await,
            format!("k3d-{name}\n")
        );
        // What the loser made and removed was its own.
        let volume = sandbox
            .docker()
            .inspect_volume(&format!("k3d-{name}-images"))
            .await
            .unwrap();
        assert_eq!(volume.labels.get("k3d.cluster"), Some(&name));
        finish(sandbox.k3tray(["delete", "--yes", &name]))
            .await
            .ended(0);
        assert!(sandbox.census().await.is_empty());
    }
}
