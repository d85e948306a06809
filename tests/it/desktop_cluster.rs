//! What a cluster's row in the tray can do, and what it says meanwhile.

use k3tray_tests::{Census, desktop::Line};

use crate::{
    desk::{Desk, icon_is, labels, row_says},
    scene::{
        SOMEBODYS_KUBECONFIG, all_ready, create, give_kubeconfig, kubeconfig, nodes, patience,
    },
};

#[tokio::test]
async fn a_cluster_is_paused_resumed_stopped_and_started_in_its_row_of_the_tray() {
    let desk = Desk::new("drow").await;
    let name = desk.sandbox.cluster("a");
    create(&desk.sandbox, &name, &["--no-lb"]).await;
    let (_app, _item, menu) = desk.app().await;
    let row = row_says(&menu, &name, "1/1 ready").await;
    let row = row.find(&[&name]).unwrap();
    assert_eq!(
        labels(row),
        [
            "Use this context",
            "Stop",
            "Restart",
            "Pause",
            "Nodes",
            "Open shell here",
            "Copy export KUBECONFIG=…",
            "Details…",
            "Delete…",
        ]
    );

    let steps = [
        ("Pause", "paused", "Cluster `{}` paused"),
        ("Resume", "1/1 ready", "Cluster `{}` resumed"),
        ("Stop", "stopped", "Cluster `{}` stopped"),
        ("Start", "1/1 ready", "Cluster `{}` started"),
        ("Restart", "1/1 ready", "Cluster `{}` restarted"),
    ];
    for (verb, words, title) in steps {
        menu.click(&[&name, verb], patience()).await;
        let title = title.replace("{}", &name);
        desk.desktop
            .notifications()
            .titled(&title, patience())
            .await;
        row_says(&menu, &name, words).await;
    }
    let ready = all_ready(&[format!("k3d-{name}-server-0")]);
    assert_eq!(nodes(&desk.sandbox).await, ready);
}

#[tokio::test]
async fn a_node_stopped_in_the_tray_shows_as_stopped_and_can_be_started_again() {
    let desk = Desk::new("dnode").await;
    let name = desk.sandbox.cluster("a");
    create(&desk.sandbox, &name, &["--no-lb", "--agents=1"]).await;
    let (_app, item, menu) = desk.app().await;
    row_says(&menu, &name, "2/2 ready").await;

    menu.click(&[&name, "Nodes", "agent-0", "Stop"], patience())
        .await;
    let stopped = |menu: &Line| {
        let nodes = menu.find(&[&format!("{name}   1/2 ready"), "Nodes"])?;
        (labels(nodes) == ["server-0   ready", "agent-0   stopped"]).then_some(())
    };
    menu.until("the agent to be stopped", patience(), stopped)
        .await;
    icon_is(&item, "degraded").await;

    menu.click(&[&name, "Nodes", "agent-0", "Start"], patience())
        .await;
    row_says(&menu, &name, "2/2 ready").await;
    icon_is(&item, "idle").await;
}

#[tokio::test]
async fn deleting_asks_first_and_then_leaves_nothing_and_no_other_context_in_its_place() {
    let desk = Desk::new("ddelete").await;
    let name = desk.sandbox.cluster("a");
    give_kubeconfig(&desk.sandbox);
    create(&desk.sandbox, &name, &["--no-lb"]).await;
    let (app, _item, menu) = desk.app().await;
    row_says(&menu, &name, "1/1 ready").await;
    let before = desk.gateway.census().await;

    menu.click(&[&name, "Delete…"], patience()).await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    let asked = window.see("dialog").await;
    assert!(asked.starts_with(&format!("Delete {name}?")), "{asked}");
    assert!(asked.contains(&format!("k3d-{name}-server-0")), "{asked}");
    window
        .click("//dialog//button[normalize-space()='Cancel']")
        .await;
    window.miss("dialog").await;
    assert_eq!(desk.gateway.census().await, before);

    menu.click(&[&name, "Delete…"], patience()).await;
    window
        .click("//dialog//button[normalize-space()='Delete cluster']")
        .await;
    let gone = |menu: &Line| {
        let named = |line: &Line| line.label.contains(&name);
        (!menu.lines.iter().any(named)).then_some(())
    };
    menu.until("the cluster to be gone", patience(), gone).await;
    assert_eq!(desk.gateway.census().await, Census::default());
    assert_eq!(desk.current_context().await, None);
    let none_current = SOMEBODYS_KUBECONFIG.replace("'production'", "''");
    assert_eq!(kubeconfig(&desk.sandbox), none_current);
}
