use serde_json::{Value, json};

use crate::harness::{Account, Stead, account::PASSWORD};

on_both!(
    ones_sign_ins_are_listed_and_the_current_one_is_marked,
    an_ended_sign_in_is_dead_at_once,
    others_sign_ins_are_not_there,
    sign_ins_are_listed_in_pages,
);

async fn sessions(account: &Account) -> Vec<Value> {
    account.get("/auth/sessions").await.expect(200)["sessions"].as_array().unwrap().clone()
}

async fn ones_sign_ins_are_listed_and_the_current_one_is_marked(stead: Stead) {
    let ann = stead.register("ann").await;
    let login = stead.stranger().post("/auth/login", json!({"email": ann.email, "password": PASSWORD}));
    let login = login.header("user-agent", "A phone").await.expect(200);
    let phone = Account::from_sign_in(&stead.stranger(), &ann.email, login);
    stead.register("bob").await;
    for (account, current) in [(&ann, 0), (&phone, 1)] {
        let listed = sessions(account).await;
        assert_eq!(listed.len(), 2);
        for (place, session) in listed.iter().enumerate() {
            assert_eq!(session["current"], place == current, "{listed:?}");
        }
        assert_eq!(listed[1]["user_agent"], "A phone");
    }
}

async fn an_ended_sign_in_is_dead_at_once(stead: Stead) {
    let ann = stead.register("ann").await;
    let phone = ann.sign_in_again().await;
    phone.get("/users/me").await.expect(200);
    let listed = sessions(&ann).await;
    let path = format!("/auth/sessions/{}", listed[1]["id"].as_str().unwrap());
    ann.delete(&path).await.expect(204);
    phone.get("/users/me").await.refused(401, "unauthorized");
    let refresh = json!({"refresh_token": phone.refresh_token});
    stead.stranger().post("/auth/refresh", refresh).await.refused(401, "unauthorized");
    ann.delete(&path).await.refused(404, "not_found");
    assert_eq!(sessions(&ann).await.len(), 1);
    // Also the one that asks.
    let own = format!("/auth/sessions/{}", listed[0]["id"].as_str().unwrap());
    ann.delete(&own).await.expect(204);
    ann.get("/users/me").await.refused(401, "unauthorized");
}

async fn others_sign_ins_are_not_there(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let theirs = sessions(&mia).await[0]["id"].clone();
    let path = format!("/auth/sessions/{}", theirs.as_str().unwrap());
    ann.delete(&path).await.refused(404, "not_found");
    mia.get("/users/me").await.expect(200);
    ann.delete("/auth/sessions/nothing").await.complains_about("session_id");
}

async fn sign_ins_are_listed_in_pages(stead: Stead) {
    let ann = stead.register("ann").await;
    for _ in 0..3 {
        ann.sign_in_again().await;
    }
    let all = sessions(&ann).await;
    let newest = ann.get("/auth/sessions?limit=3").await.expect(200);
    assert_eq!(newest["sessions"].as_array().unwrap()[..], all[1..]);
    let before = newest["next_before"].as_str().unwrap();
    let oldest = ann.get(&format!("/auth/sessions?before={before}")).await.expect(200);
    assert_eq!(oldest["sessions"].as_array().unwrap()[..], all[..1]);
}
