use stead_domain::ports::VectorStore;
use stead_testkit::fakes::FakeVectorStore;

use super::{held, organization};
use crate::harness::{Setup, process, talk::text};

on_both!(an_operator_has_the_indexes_made_anew);

async fn an_operator_has_the_indexes_made_anew(setup: Setup) {
    let vectors = FakeVectorStore::new();
    let setup = setup.vectors(&vectors);
    let stead = setup.clone().start().await;
    let (ann, bob) = (stead.register("ann").await, stead.register("bob").await);
    for account in [&ann, &bob] {
        account.talk().await.say("Pears").await.expect(201);
        held(&vectors, account, 2).await;
        vectors.delete_organization(organization(account)).await.unwrap();
    }
    let reindex = async |arguments: &[&str]| {
        let ran = process::run(&[&["admin", "reindex"], arguments].concat(), &setup.settings()).await;
        (ran.status.success(), String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap())
    };
    let (done, said) = reindex(&["--organization", text(&ann.organization["id"]), "--wait"]).await;
    assert!(done && said.ends_with("done\n"), "{said}");
    held(&vectors, &ann, 2).await;
    assert_eq!(vectors.kept(organization(&bob)), []);
    let (done, said) = reindex(&[]).await;
    assert!(done, "{said}");
    held(&vectors, &bob, 2).await;
    let (done, said) = reindex(&["--organization", ann.id()]).await;
    assert!(!done && said.contains("there is no such organization"), "{said}");
}
