use serde_json::json;

use super::{members, mine, path};
use crate::harness::Stead;

on_both!(everybody_begins_in_general_and_with_their_own_agent, a_newcomer_does_without_general);

async fn everybody_begins_in_general_and_with_their_own_agent(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    for (account, name, role) in [(&ann, "ann", "admin"), (&mia, "mia", "member")] {
        let channels = account.get("/channels/me").await.expect(200)["channels"].clone();
        let channels = channels.as_array().unwrap();
        assert_eq!(channels.len(), 2);
        let (general, own) = (&channels[0], &channels[1]);
        assert_eq!(
            (&general["name"], &general["kind"], &general["role"]),
            (&json!("general"), &json!("public"), &json!(role))
        );
        assert_eq!(
            (&own["kind"], &own["ai_channel"], &own["role"]),
            (&json!("assistant"), &json!(true), &json!("member"))
        );
        let agents = account.get("/agents").await.expect(200)["agents"].clone();
        let agent =
            agents.as_array().unwrap().iter().find(|agent| agent["owner_user_id"] == *account.id()).unwrap().clone();
        assert_eq!((&own["agent_id"], &own["name"]), (&agent["id"], &agent["display_name"]));
        assert_eq!(own["member_count"], 2);
        let inside: Vec<String> = members(account, &path(own)).await.into_iter().map(|(handle, _)| handle).collect();
        assert_eq!(inside, [name, name]);
        assert_eq!((&own["unread_count"], &own["last_message_at"]), (&json!(0), &json!(null)));
    }
}

async fn a_newcomer_does_without_general(stead: Stead) {
    let ann = stead.register("ann").await;
    let general = path(&ann.get("/channels/me").await.expect(200)["channels"][0]);
    ann.patch(&general, json!({"kind": "private"})).await.expect(200);
    assert_eq!(mine(&ann.invite("mia", "member").await).await, [json!("The mia's Agent")]);
    ann.delete(&general).await.expect(204);
    assert_eq!(mine(&ann.invite("nils", "member").await).await, [json!("The nils's Agent")]);
}
