//! What errands write into the settings, beside what a person wrote there.

use std::fs;

use tokio::sync::mpsc;

use crate::{
    context::ContextName,
    controller::{
        event::{Errand, Event},
        work::{Tools, Turn},
    },
    kubeconfig::Kubeconfig,
    paths::Paths,
    settings,
};

#[tokio::test]
async fn an_errand_about_one_context_leaves_what_was_written_by_hand_in_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    let file = paths.config.join(settings::FILE);
    fs::create_dir_all(&paths.config).unwrap();
    let by_hand = r#"{"protection":{"usualWords":false,"rules":[{"of":"name","pattern":"*-eu"}],
        "contexts":{"a":true}},"checkedContexts":["a","b"]}"#;
    fs::write(&file, by_hand).unwrap();
    let run = async |errand: Errand| {
        let tools = Tools {
            engine: None,
            kubeconfig: Kubeconfig::of(&paths, None),
            paths: paths.clone(),
            events: mpsc::unbounded_channel().0,
            turn: Turn::default(),
            asks: mpsc::channel(1).0,
        };
        let Event::Ran { result, .. } = tools.run(errand).await else {
            panic!("an errand ends as one");
        };
        assert_eq!(result, Ok(()));
    };
    let shop = || ContextName::new("shop");

    run(Errand::Protect(shop(), false)).await;
    run(Errand::KeepChecked(shop(), true)).await;
    run(Errand::KeepChecked(ContextName::new("b"), false)).await;

    let kept: serde_json::Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let expected = serde_json::json!({
        "protection": {
            "usualWords": false,
            "rules": [{ "of": "name", "pattern": "*-eu" }],
            "contexts": { "a": true, "shop": false },
        },
        "checkedContexts": ["a", "shop"],
    });
    assert_eq!(kept, expected);
}
