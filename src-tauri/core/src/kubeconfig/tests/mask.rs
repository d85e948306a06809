//! Nothing secret is left in what is shown of a kubeconfig.

use crate::kubeconfig::mask;

fn masked(text: &str) -> String {
    mask::lines(text).join("\n")
}

#[test]
fn what_is_secret_is_hidden_and_everything_else_is_shown() {
    let text = "\
# old token: hunter2
clusters:
- cluster:
    certificate-authority-data: TFMwdExTMUNSVWRK
    server: https://joe:hunter2@c.example.com
    proxy-url: https://proxy.example.com
  name: arn:aws:eks:eu-west-1:123456789012:cluster/Payments
users:
- name: eks # note
  user:
    exec:
      command: aws
      args: [eks, get-token, --cluster-name, prod, --token, hunter2, --client-secret=hunter2]
      env:
      - name: AWS_PROFILE
        value: hunter2
      - {name: KEY, value: hunter2}
- name: cert
  user:
    client-certificate: /home/me/client.crt
    client-key-data: |
      hunter2
        hunter2

    # 3q2+7w3q2+7wAbCdEfGhIjKlMnOpQrStUvWxYz09
- name: oidc
  user:
    auth-provider:
      name: oidc
      config: {id-token: hunter2, refresh-token: hunter2}
    future-field: hunter2
- user: &shared {username: joe, password: 'hunter2'}
  name: basic
- user: *shared
  name: again
x-note: eyJhbGciOi.J9.hunter2
";
    assert_eq!(
        masked(text),
        "\
# old token: ••••••
clusters:
- cluster:
    certificate-authority-data: ••••••
    server: ••••••
    proxy-url: https://proxy.example.com
  name: arn:aws:eks:eu-west-1:123456789012:cluster/Payments
users:
- name: eks # note
  user:
    exec:
      command: aws
      args: [eks, get-token, --cluster-name, prod, --token, ••••••, --client-secret=••••••]
      env:
      - name: AWS_PROFILE
        value: ••••••
      - {name: KEY, value: ••••••}
- name: cert
  user:
    client-certificate: /home/me/client.crt
    client-key-data: |
      ••••••
        ••••••

    # ••••••
- name: oidc
  user:
    auth-provider:
      name: oidc
      config: {id-token: ••••••, refresh-token: ••••••}
    future-field: ••••••
- user: &shared {username: joe, password: ••••••}
  name: basic
- user: *shared
  name: again
x-note: ••••••"
    );
}

#[test]
fn of_a_command_line_only_what_is_known_to_be_harmless_is_shown() {
    let shown = |arguments: &str| {
        let text = format!("users: [{{name: a, user: {{exec: {{args: {arguments}}}}}}}]");
        let shown = masked(&text);
        let shown = shown.strip_prefix("users: [{name: a, user: {exec: {args: ");
        shown.unwrap().strip_suffix("}}}]").unwrap().to_owned()
    };
    for (arguments, expected) in [
        (
            "[--region, eu-west-1, eks, get-token, --cluster-name, prod, --profile=shop]",
            "[--region, eu-west-1, eks, get-token, --cluster-name, prod, --profile=shop]",
        ),
        ("[-c, 'curl -u joe:hunter2 https://x']", "[-c, ••••••]"),
        (
            "[--pass, hunter2, --pwd=hunter2]",
            "[--pass, ••••••, --pwd=••••••]",
        ),
        (
            "[--anything, hunter2, '--more=hunter2']",
            "[--anything, ••••••, '--more=••••••]",
        ),
        (
            "[-phunter2, hunter2, --hunter:2]",
            "[••••••, ••••••, ••••••]",
        ),
        (
            "[--password, token, login, hunter2]",
            "[--password, ••••••, login, ••••••]",
        ),
        (
            "[--region, 3q2+7w3q2+7wAbCdEfGhIjKlMnOpQrStUvWxYz09]",
            "[--region, ••••••]",
        ),
        ("hunter2", "••••••"),
    ] {
        assert_eq!(shown(arguments), expected);
    }
}

#[test]
fn of_a_text_that_cannot_be_read_only_keys_are_shown() {
    let text =
        "users:\n- name: a\n  user: {token: hunter2\nhunter2 hunter2\n  deep: 'hunter2: x'\n";
    assert_eq!(
        masked(text),
        "users:\n- name: ••••••\n  user: ••••••\n••••••\n  deep: ••••••"
    );
    let two = "kind: Config\n---\ntoken: hunter2\n";
    assert_eq!(masked(two), "kind: Config\n---\ntoken: ••••••");
}

#[test]
fn json_on_one_line_keeps_its_shape() {
    let text =
        "{\"users\":[{\"name\":\"a\",\"user\":{\"token\":\"hunter2\"}}],\"kind\":\"Config\"}";
    assert_eq!(
        masked(text),
        "{\"users\":[{\"name\":\"a\",\"user\":{\"token\":••••••}}],\"kind\":\"Config\"}"
    );
}
