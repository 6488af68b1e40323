use serde_json::{Value, json};

use super::{member, mine, path};
use crate::harness::{Account, Stead};

on_both!(
    two_people_have_one_direct_channel,
    of_many_starts_one_is_made,
    a_direct_channel_stays_as_it_is,
    a_direct_channel_outlives_the_other,
);

async fn start(one: &Account, other: &Account) -> crate::harness::Answer {
    one.post("/channels", json!({"kind": "direct", "user_ids": [other.id()]})).await
}

async fn two_people_have_one_direct_channel(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let first = start(&ann, &mia).await.expect(201);
    assert_eq!((&first["name"], &first["other_user_id"]), (&mia.user["display_name"], &json!(mia.id())));
    assert_eq!((&first["member_count"], &first["role"]), (&json!(2), &json!("member")));
    assert_eq!(start(&ann, &mia).await.expect(200), first);
    let seen = start(&mia, &ann).await.expect(200);
    assert_eq!((&seen["id"], &seen["name"]), (&first["id"], &ann.user["display_name"]));
    assert!(mine(&mia).await.contains(&ann.user["display_name"]));
}

async fn of_many_starts_one_is_made(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let starts = (0..12).map(|n| {
        let (one, other) = if n % 2 == 0 { (ann.clone(), mia.clone()) } else { (mia.clone(), ann.clone()) };
        async move {
            let answer = start(&one, &other).await;
            (answer.status, answer.json()["id"].clone())
        }
    });
    let answers: Vec<(u16, Value)> = futures_util::future::join_all(starts).await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|(status, id)| matches!(status, 200 | 201) && *id == answers[0].1), "{answers:?}");
}

async fn a_direct_channel_stays_as_it_is(stead: Stead) {
    let ann = stead.register("ann").await;
    let (mia, nils) = (ann.invite("mia", "member").await, ann.invite("nils", "member").await);
    let direct = path(&start(&ann, &mia).await.expect(201));
    let own = format!("/channels/{}", ann.own_channel().await);
    for channel in [&direct, &own] {
        ann.delete(channel).await.refused(409, "fixed_channel");
        ann.patch(channel, json!({"kind": "private"})).await.refused(409, "fixed_channel");
        ann.patch(channel, json!({"name": "x"})).await.refused(409, "fixed_channel");
        ann.put_nothing(&member(channel, &nils)).await.refused(409, "fixed_channel");
        ann.delete(&member(channel, &mia)).await.refused(409, "fixed_channel");
        ann.delete(&member(channel, &ann)).await.refused(409, "fixed_channel");
        ann.post_nothing(&format!("{channel}/leave")).await.refused(409, "fixed_channel");
        ann.put_nothing(&format!("{channel}/agents/{}", ann.default_agent())).await.refused(409, "fixed_channel");
        assert_eq!(
            ann.patch(channel, json!({"agent_personality": "Kind."})).await.expect(200)["agent_personality"],
            "Kind."
        );
        nils.get(channel).await.refused(403, "forbidden");
    }
    ann.patch(&own, json!({"agent_id": null})).await.refused(409, "fixed_channel");
}

async fn a_direct_channel_outlives_the_other(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let direct = start(&ann, &mia).await.expect(201);
    let own = mia.own_channel().await;
    mia.call(reqwest::Method::DELETE, "/users/me").await.expect(204);
    let left = ann.get(&path(&direct)).await.expect(200);
    assert_eq!((&left["name"], &left["member_count"]), (&json!("Deleted user"), &json!(1)));
    assert_eq!(start(&ann, &mia).await.expect(200)["id"], direct["id"]);
    ann.get(&format!("/channels/{own}")).await.refused(404, "not_found");
}
