use serde_json::json;

use super::{made, member, members, path};
use crate::harness::{Account, Stead};

on_both!(
    admins_say_who_is_in_it,
    who_left_is_out_at_once,
    the_last_admin_is_succeeded_by_who_was_there_longest,
    the_last_admin_stays_one,
    agents_of_the_organization_are_members,
    the_deactivated_and_the_deleted_are_not_listed,
    two_admins_who_leave_at_once_leave_one,
    a_group_has_at_most_twenty_people,
);

fn pair(handle: &str, role: &str) -> (String, String) {
    (handle.to_owned(), role.to_owned())
}

async fn admins_say_who_is_in_it(stead: Stead) {
    let ann = stead.register("ann").await;
    let (mia, nils) = (ann.invite("mia", "member").await, ann.invite("nils", "member").await);
    let channel = made(&mia, "plans", "private").await;
    let added = mia.put(&member(&channel, &nils), json!({})).await.expect(200);
    assert_eq!((&added["handle"], &added["role"], &added["kind"]), (&json!("nils"), &json!("member"), &json!("user")));
    assert_eq!(mia.put_nothing(&member(&channel, &nils)).await.expect(200), added);
    nils.put(&member(&channel, &ann), json!({})).await.refused(403, "forbidden");
    nils.delete(&member(&channel, &mia)).await.refused(403, "forbidden");
    nils.patch(&channel, json!({"topic": "x"})).await.refused(403, "forbidden");
    mia.put(&member(&channel, &nils), json!({"role": "admin"})).await.expect(200);
    nils.patch(&channel, json!({"topic": "x"})).await.expect(200);
    nils.put(&member(&channel, &mia), json!({"role": "member"})).await.expect(200);
    assert_eq!(members(&nils, &channel).await, [pair("mia", "member"), pair("nils", "admin")]);
    mia.put(&member(&channel, &nils), json!({"role": "king"})).await.complains_about("role");
    let nobody = "01890000-0000-7000-8000-000000000000";
    nils.put_nothing(&format!("{channel}/members/{nobody}")).await.refused(404, "not_found");
    nils.delete(&format!("{channel}/members/{nobody}")).await.refused(404, "not_found");
    nils.delete(&member(&channel, &ann)).await.refused(404, "not_found");
    // An admin of the organization is let into nobody's private channel by that.
    ann.get(&format!("{channel}/members")).await.refused(403, "forbidden");
}

async fn who_left_is_out_at_once(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let channel = made(&ann, "plans", "private").await;
    ann.put_nothing(&member(&channel, &mia)).await.expect(200);
    mia.get(&channel).await.expect(200);
    ann.delete(&member(&channel, &mia)).await.expect(204);
    for refused in
        [mia.get(&channel), mia.get(&format!("{channel}/members")), mia.post_nothing(&format!("{channel}/leave"))]
    {
        let refused = refused.await.refused(403, "forbidden");
        assert_eq!(refused["message"], "Not a member of this channel");
    }
    ann.put_nothing(&member(&channel, &mia)).await.expect(200);
    mia.post_nothing(&format!("{channel}/leave")).await.expect(204);
    mia.get(&channel).await.refused(403, "forbidden");
}

async fn the_last_admin_is_succeeded_by_who_was_there_longest(stead: Stead) {
    let ann = stead.register("ann").await;
    let (mia, nils) = (ann.invite("mia", "member").await, ann.invite("nils", "member").await);
    let channel = made(&ann, "plans", "private").await;
    for account in [&nils, &mia] {
        ann.put_nothing(&member(&channel, account)).await.expect(200);
    }
    ann.post_nothing(&format!("{channel}/leave")).await.expect(204);
    assert_eq!(members(&mia, &channel).await, [pair("nils", "admin"), pair("mia", "member")]);
    nils.call(reqwest::Method::DELETE, "/users/me").await.expect(204);
    assert_eq!(members(&mia, &channel).await, [pair("mia", "admin")]);
    mia.delete(&member(&channel, &mia)).await.expect(204);
    mia.get(&channel).await.refused(403, "forbidden");
}

async fn the_last_admin_stays_one(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let channel = made(&ann, "plans", "public").await;
    mia.post_nothing(&format!("{channel}/join")).await.expect(200);
    ann.put(&member(&channel, &ann), json!({"role": "member"})).await.refused(409, "last_admin");
    ann.put(&member(&channel, &mia), json!({"role": "admin"})).await.expect(200);
    ann.put(&member(&channel, &ann), json!({"role": "member"})).await.expect(200);
}

async fn agents_of_the_organization_are_members(stead: Stead) {
    let ann = stead.register("ann").await;
    let channel = made(&ann, "plans", "public").await;
    let agent = json!({"handle": "librarian", "display_name": "Librarian", "kind": "organization"});
    let agent = ann.post("/agents", agent).await.expect(201);
    let at = |id: &str| format!("{channel}/agents/{id}");
    let id = agent["id"].as_str().unwrap();
    let added = ann.put_nothing(&at(id)).await.expect(200);
    assert_eq!((&added["kind"], &added["agent_id"], &added["user_id"]), (&json!("agent"), &agent["id"], &json!(null)));
    assert_eq!(ann.put_nothing(&at(id)).await.expect(200), added);
    assert_eq!(ann.get(&channel).await.expect(200)["member_count"], 2);
    let own = ann.agent("own").await;
    ann.put_nothing(&at(own["id"].as_str().unwrap())).await.refused(400, "invalid_request");
    ann.put_nothing(&at("01890000-0000-7000-8000-000000000000")).await.refused(404, "not_found");
    ann.delete(&at(id)).await.expect(204);
    ann.delete(&at(id)).await.refused(404, "not_found");
    ann.put_nothing(&at(id)).await.expect(200);
    ann.delete(&format!("/agents/{id}")).await.expect(204);
    assert_eq!(members(&ann, &channel).await, [pair("ann", "admin")]);
    ann.put_nothing(&at(id)).await.refused(404, "not_found");
}

async fn the_deactivated_and_the_deleted_are_not_listed(stead: Stead) {
    let ann = stead.register("ann").await;
    let (mia, nils) = (ann.invite("mia", "member").await, ann.invite("nils", "member").await);
    let general = ann.get("/channels").await.expect(200)["channels"][0].clone();
    let general = path(&general);
    let count = async || ann.get(&general).await.expect(200)["member_count"].clone();
    assert_eq!(count().await, 3);
    let deactivate = async |account: &Account, is: bool| {
        ann.patch(&format!("/users/{}", account.id()), json!({"deactivated": is})).await.expect(200)
    };
    deactivate(&mia, true).await;
    nils.call(reqwest::Method::DELETE, "/users/me").await.expect(204);
    assert_eq!((members(&ann, &general).await, count().await), (vec![pair("ann", "admin")], json!(1)));
    ann.put_nothing(&member(&general, &mia)).await.refused(404, "not_found");
    deactivate(&mia, false).await;
    assert_eq!(members(&ann, &general).await, [pair("ann", "admin"), pair("mia", "member")]);
}

async fn two_admins_who_leave_at_once_leave_one(stead: Stead) {
    let ann = stead.register("ann").await;
    let (mia, nils) = (ann.invite("mia", "member").await, ann.invite("nils", "member").await);
    let channel = made(&ann, "plans", "private").await;
    ann.put_nothing(&member(&channel, &nils)).await.expect(200);
    ann.put(&member(&channel, &mia), json!({"role": "admin"})).await.expect(200);
    let leave = |account: Account| {
        let channel = channel.clone();
        async move { account.post_nothing(&format!("{channel}/leave")).await.expect(204) }
    };
    tokio::join!(leave(ann), leave(mia));
    assert_eq!(members(&nils, &channel).await, [pair("nils", "admin")]);
}

async fn a_group_has_at_most_twenty_people(stead: Stead) {
    let ann = stead.register("ann").await;
    let mut others = Vec::new();
    for n in 0..20 {
        others.push(ann.invite(&format!("user-{n}"), "member").await);
    }
    let ids: Vec<&str> = others.iter().map(Account::id).collect();
    let group = |ids: &[&str]| json!({"kind": "group", "user_ids": ids});
    ann.post("/channels", group(&ids)).await.complains_about("user_ids");
    ann.post("/channels", group(&ids[..1])).await.complains_about("user_ids");
    let made = ann.post("/channels", group(&ids[..19])).await.expect(201);
    assert_eq!(made["member_count"], 20);
    let channel = path(&made);
    ann.put_nothing(&member(&channel, &others[19])).await.refused(409, "channel_full");
    others[0].post_nothing(&format!("{channel}/leave")).await.expect(204);
    ann.put_nothing(&member(&channel, &others[19])).await.expect(200);
    ann.patch(&channel, json!({"name": "x"})).await.refused(409, "fixed_channel");
    ann.patch(&channel, json!({"kind": "public"})).await.refused(409, "fixed_channel");
}
