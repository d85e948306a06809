//! Which contexts are marked, and which never.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::cluster::ClusterName;

fn context(name: &str, server: &str) -> Context {
    Context {
        name: ContextName::new(name),
        cluster: name.to_owned(),
        user: String::new(),
        namespace: None,
        server: Some(server.to_owned()),
        file: "/home/me/.kube/config".into(),
        local_cluster: name.strip_prefix("k3d-").map(ClusterName::observed),
        extra: false,
        problem: None,
    }
}

/// The word that marks it under the default rules.
fn marked(context: &Context) -> Option<String> {
    match protection(context, &ProtectionRules::default()).reason {
        Some(Reason::Word { word }) => Some(word),
        None => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_usual_words_mark_a_context_wherever_they_stand_alone() {
    for (name, word) in [
        ("prod", Some("prod")),
        ("PROD", Some("PROD")),
        ("eu-production-1", Some("production")),
        ("gke_shop-prd_europe-west1-b_main", Some("prd")),
        ("arn:aws:eks:eu-west-1:1:cluster/shopLive", Some("Live")),
        ("admin@prod01.example.com", Some("prod")),
        ("shop_live", Some("live")),
        ("product-catalogue", None),
        ("reproduction", None),
        ("delivery", None),
        ("nonprod", None),
        ("non-prod", None),
        ("pre_production", None),
        ("olive", None),
        ("staging", None),
        ("", None),
    ] {
        let found = marked(&context(name, "https://api.example.com"));
        assert_eq!(found.as_deref(), word, "{name}");
    }
    let quiet = || context("shop", "https://api.example.com");
    let cases = [
        Context {
            cluster: "shop-prod".into(),
            ..quiet()
        },
        Context {
            user: "prod-admin".into(),
            ..quiet()
        },
        Context {
            namespace: Some("prod".into()),
            ..quiet()
        },
        context("shop", "https://api.prod.example.com:6443/k8s"),
    ];
    for case in cases {
        assert_eq!(marked(&case).as_deref(), Some("prod"), "{case:?}");
    }
    assert_eq!(marked(&quiet()), None);
}

#[test]
fn local_clusters_are_never_in_the_way() {
    for (name, server) in [
        ("k3d-prod", "https://127.0.0.1:6550"),
        ("k3d-prod", "https://remote-engine.example.com:6550"),
        ("kind-prod", "https://127.0.0.1:40001"),
        ("minikube", "https://192.168.49.2:8443"),
        ("docker-desktop", "https://kubernetes.docker.internal:6443"),
    ] {
        let context = Context {
            namespace: Some("prod".into()),
            ..context(name, server)
        };
        let expected = Protection {
            place: Place::Local,
            reason: None,
        };
        let rules = ProtectionRules {
            rules: vec![Rule {
                of: Subject::Name,
                pattern: "*".into(),
            }],
            ..ProtectionRules::default()
        };
        assert_eq!(protection(&context, &rules), expected, "{name} at {server}");
    }
}

#[test]
fn everything_that_is_not_known_to_be_local_is_remote() {
    let place =
        |name, server| protection(&context(name, server), &ProtectionRules::default()).place;
    for server in [
        "https://localhost:6443",
        "https://127.3.2.1",
        "https://[::1]:6443",
        "https://dev.localhost",
        "https://host.docker.internal:6443",
    ] {
        assert_eq!(place("dev", server), Place::Local, "{server}");
    }
    for (name, server) in [
        ("dev", "https://10.0.0.7:6443"),
        ("dev", "https://localhost.example.com"),
        ("kind-prod", "https://api.example.com"),
        ("minikube", "https://203.0.113.9"),
        ("dev", ""),
    ] {
        assert_eq!(place(name, server), Place::Remote, "{name} at {server}");
    }
    // A tunnel to somewhere is no local cluster.
    assert_eq!(
        marked(&context("prod-tunnel", "https://127.0.0.1:6443")).as_deref(),
        Some("prod")
    );
}

#[test]
fn rules_match_whole_names_and_servers_in_either_case() {
    let protected = |of, pattern: &str| {
        let rules = ProtectionRules {
            usual_words: false,
            rules: vec![Rule {
                of,
                pattern: pattern.into(),
            }],
            ..ProtectionRules::default()
        };
        let context = context("Shop-EU-prod", "https://api.Shop.example.com:6443");
        protection(&context, &rules).is_protected()
    };
    for pattern in ["shop-*", "*-PROD", "shop-??-prod", "*", "*eu*", "**p*d"] {
        assert!(protected(Subject::Name, pattern), "{pattern}");
    }
    for pattern in ["shop", "eu", "shop-?-prod", "", "?", "*.example.com"] {
        assert!(!protected(Subject::Name, pattern), "{pattern}");
    }
    assert!(protected(Subject::Server, "*.shop.example.com"));
    assert!(!protected(Subject::Server, "*:6443"));
    assert!(!protected(Subject::Server, "shop-*"));
}

#[test]
fn the_users_word_stands_above_every_rule() {
    let rules = ProtectionRules {
        contexts: BTreeMap::from([
            (ContextName::new("prod"), false),
            (ContextName::new("k3d-dev"), true),
        ]),
        ..ProtectionRules::default()
    };
    let reason = |name, server| protection(&context(name, server), &rules).reason;
    assert_eq!(reason("prod", "https://api.example.com"), None);
    assert_eq!(
        reason("k3d-dev", "https://127.0.0.1:6550"),
        Some(Reason::Chosen)
    );
}

#[test]
fn rules_are_kept_as_they_are_set() {
    let rules = ProtectionRules {
        usual_words: false,
        rules: vec![Rule {
            of: Subject::Server,
            pattern: "*.example.com".into(),
        }],
        contexts: BTreeMap::from([(ContextName::new("shop"), true)]),
        return_after_minutes: Some(15),
    };
    let text = serde_json::to_string(&rules).unwrap();
    assert_eq!(
        text,
        r#"{"usualWords":false,"rules":[{"of":"server","pattern":"*.example.com"}],"contexts":{"shop":true},"returnAfterMinutes":15}"#
    );
    assert_eq!(
        serde_json::from_str::<ProtectionRules>(&text).unwrap(),
        rules
    );
    let default: ProtectionRules = serde_json::from_str("{}").unwrap();
    assert_eq!(default, ProtectionRules::default());
}
