use serde_json::json;

use crate::harness::{Account, Setup, Stead, account::PASSWORD};

on_both!(
    the_right_password_signs_in,
    a_wrong_password_and_an_unknown_address_look_the_same,
    a_password_is_compared_in_its_normal_form,
    a_password_of_another_cost_still_signs_in,
    each_sign_in_is_a_session_of_its_own,
);

async fn the_right_password_signs_in(stead: Stead) {
    let ann = stead.register("ann").await;
    let login = stead.stranger().post("/auth/login", json!({"email": "ANN@EXAMPLE.ORG", "password": PASSWORD})).await;
    assert!(login.cookie("stead_access").is_some() && login.cookie("stead_refresh").is_some());
    let signed_in = login.expect(200);
    assert_eq!(signed_in["user"], ann.user);
    assert_eq!(signed_in["organization"], ann.organization);
    let again = Account::from_sign_in(&stead.stranger(), &ann.email, signed_in);
    assert_eq!(again.get("/users/me").await.expect(200), ann.user);
}

async fn a_wrong_password_and_an_unknown_address_look_the_same(stead: Stead) {
    stead.register("ann").await;
    let mut bodies = Vec::new();
    for (email, password) in [("ann@example.org", "not the password"), ("bob@example.org", PASSWORD)] {
        let answer = stead.stranger().post("/auth/login", json!({"email": email, "password": password})).await;
        assert!(answer.cookie("stead_access").is_none());
        let mut error = answer.refused(401, "unauthorized");
        error.as_object_mut().unwrap().remove("request_id");
        bodies.push(error);
    }
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(bodies[0]["message"], "Unauthorized access");
}

async fn a_password_is_compared_in_its_normal_form(stead: Stead) {
    let mut body = crate::harness::account::registration("ann");
    body["password"] = json!("u\u{308}ber den Fluss");
    stead.stranger().post("/auth/register", body).await.expect(201);
    let login = json!({"email": "ann@example.org", "password": "über den Fluss"});
    stead.stranger().post("/auth/login", login).await.expect(200);
}

async fn a_password_of_another_cost_still_signs_in(setup: Setup) {
    let mut stead = setup.clone().start().await;
    stead.register("ann").await;
    stead.stop().await;
    let stead = setup.setting("STEAD_AUTH__ARGON2__ITERATIONS", 2).start().await;
    for _ in 0..2 {
        let login = json!({"email": "ann@example.org", "password": PASSWORD});
        stead.stranger().post("/auth/login", login).await.expect(200);
    }
}

async fn each_sign_in_is_a_session_of_its_own(stead: Stead) {
    let ann = stead.register("ann").await;
    let login = json!({"email": ann.email, "password": PASSWORD});
    let login = stead.stranger().post("/auth/login", login).await.expect(200);
    let elsewhere = Account::from_sign_in(&stead.stranger(), &ann.email, login);
    elsewhere.post_nothing("/auth/logout").await.expect(204);
    elsewhere.get("/users/me").await.refused(401, "unauthorized");
    ann.get("/users/me").await.expect(200);
}
