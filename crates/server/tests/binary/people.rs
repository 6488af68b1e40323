use std::process::{Output, Stdio};

use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::harness::{Setup, account::PASSWORD, process};

on_both!(
    an_operator_makes_people_while_the_server_runs,
    a_reset_password_ends_every_sign_in,
    what_cannot_be_done_is_one_clear_line,
);

async fn admin(setup: &Setup, arguments: &[&str]) -> Output {
    let arguments: Vec<_> = ["admin"].iter().chain(arguments).copied().collect();
    process::run(&arguments, &quiet(setup)).await
}

/// The same, with something on standard input.
async fn admin_told(setup: &Setup, arguments: &[&str], input: &str) -> Output {
    let arguments: Vec<_> = ["admin"].iter().chain(arguments).copied().collect();
    let mut child = process::stead(&arguments, &quiet(setup)).stdin(Stdio::piped()).spawn().expect("the binary runs");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(input.as_bytes()).await.expect("it reads");
    drop(stdin);
    child.wait_with_output().await.expect("it ends")
}

fn quiet(setup: &Setup) -> Vec<(String, String)> {
    let mut settings = setup.settings();
    settings.push(("STEAD_LOG__FILTER".to_owned(), "off".to_owned()));
    settings
}

#[track_caller]
fn said(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What stands after a word.
#[track_caller]
fn after<'a>(said: &'a str, word: &str) -> &'a str {
    let mut words = said.split_whitespace().skip_while(|found| *found != word);
    words.nth(1).unwrap_or_else(|| panic!("no {word} in {said}"))
}

async fn an_operator_makes_people_while_the_server_runs(setup: Setup) {
    let setup = setup.setting("STEAD_AUTH__NEW_ORGANIZATIONS", "false");
    let stead = setup.clone().start().await;
    let founded = ["create-user", "--email", "ann@example.org", "--handle", "ann", "--organization-name", "Example"];
    let founded = said(admin(&setup, &founded).await);
    let login = json!({"email": "ann@example.org", "password": after(&founded, "password")});
    let ann = stead.stranger().post("/auth/login", login).await.expect(200);
    assert_eq!((&ann["user"]["role"], &ann["organization"]["name"]), (&json!("owner"), &json!("Example")));

    let organization = after(&founded, "organization");
    let arguments = [
        "create-user",
        "--email",
        "mia@example.org",
        "--handle",
        "mia",
        "--display-name",
        "Mia",
        "--organization",
        organization,
        "--role",
        "admin",
        "--password-stdin",
    ];
    let joined = said(admin_told(&setup, &arguments, &format!("{PASSWORD}\n")).await);
    assert!(!joined.contains("password"), "{joined}");
    let login = json!({"email": "mia@example.org", "password": PASSWORD});
    let mia = stead.stranger().post("/auth/login", login).await.expect(200);
    assert_eq!((&mia["user"]["role"], &mia["user"]["display_name"]), (&json!("admin"), &json!("Mia")));
    assert_eq!(mia["organization"]["id"].as_str(), Some(organization));
    let mia = stead.stranger().with_token(mia["access_token"].as_str().unwrap());
    assert_eq!(mia.get("/agents").await.expect(200)["agents"].as_array().unwrap().len(), 3);
}

async fn a_reset_password_ends_every_sign_in(setup: Setup) {
    let stead = setup.clone().start().await;
    let ann = stead.register("ann").await;
    let reset = said(admin(&setup, &["reset-password", "--email", "ANN@example.org"]).await);
    let refresh = json!({"refresh_token": ann.refresh_token});
    stead.stranger().post("/auth/refresh", refresh).await.refused(401, "unauthorized");
    let old = json!({"email": ann.email, "password": PASSWORD});
    stead.stranger().post("/auth/login", old).await.refused(401, "unauthorized");
    let new = json!({"email": ann.email, "password": after(&reset, "password")});
    stead.stranger().post("/auth/login", new).await.expect(200);
    // What this node believed of the access token it believes for a second at most.
    let dead = async || (ann.get("/users/me").await.status == 401).then_some(());
    crate::harness::eventually("the access token is dead", dead).await;
}

async fn what_cannot_be_done_is_one_clear_line(setup: Setup) {
    let stead = setup.clone().start().await;
    stead.register("ann").await;
    let nobody = "01890000-0000-7000-8000-000000000000";
    let person = |email, handle, rest: &[&'static str]| {
        let mut arguments = vec!["create-user", "--email", email, "--handle", handle];
        arguments.extend(rest);
        arguments
    };
    for (arguments, expected) in [
        (person("ann@example.org", "bob", &["--organization-name", "X"]), "address is taken"),
        (person("bob@example.org", "ann", &["--organization-name", "X"]), "handle is taken"),
        (person("nobody", "bob", &["--organization-name", "X"]), "--email"),
        (person("bob@example.org", "-", &["--organization-name", "X"]), "--handle"),
        (person("bob@example.org", "bob", &["--organization", nobody]), "no such organization"),
        (vec!["reset-password", "--email", "bob@example.org"], "nobody signs in"),
    ] {
        let output = admin(&setup, &arguments).await;
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), told.lines().count()), (Some(1), 1), "{arguments:?}: {told}");
        assert!(told.starts_with("stead: ") && told.contains(expected), "{arguments:?}: {told}");
    }
    let short = ["reset-password", "--email", "ann@example.org", "--password-stdin"];
    let refused = admin_told(&setup, &short, "short").await;
    assert!(String::from_utf8(refused.stderr).unwrap().contains("12 characters"));
}
