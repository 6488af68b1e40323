//! Requests through the whole house, from 32 clients in this process.

use std::time::Duration;

use serde_json::{Value, json};

use crate::measure::{Line, rate};

pub async fn measure() -> anyhow::Result<Line> {
    let stead = stead_server::ephemeral().await?;
    let token = register(stead.url()).await?;
    let me = requests_a_second(&format!("{}/api/v1/users/me", stead.url()), Some(&token)).await?;
    let list = requests_a_second(&format!("{}/api/v1/chat/default/threads", stead.url()), Some(&token)).await?;
    stead.stop().await;
    let figures = vec![("GET /users/me", format!("{me:.0}/s")), ("GET threads", format!("{list:.0}/s"))];
    Ok(Line { what: "HTTP: authenticated reads".to_owned(), figures })
}

/// The access token of a new account.
pub async fn register(url: &str) -> anyhow::Result<String> {
    let body = json!({
        "organization_name": "Bench", "email": "bench@example.org", "password": "correct horse battery",
        "handle": "bench", "display_name": "Bench",
    });
    let http = reqwest::Client::builder().build()?;
    let answer = http.post(format!("{url}/api/v1/auth/register")).json(&body).send().await?.error_for_status()?;
    let account: Value = answer.json().await?;
    Ok(account["access_token"].as_str().unwrap_or_default().to_owned())
}

/// How many GETs a second 32 clients make together.
pub async fn requests_a_second(url: &str, token: Option<&str>) -> anyhow::Result<f64> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    rate(32, Duration::from_secs(3), |_| {
        let mut request = http.get(url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let http = http.clone();
        move || {
            let (http, request) = (http.clone(), request.try_clone());
            async move {
                let request =
                    request.ok_or_else(|| anyhow::anyhow!("a request without a body can be repeated"))?.build()?;
                http.execute(request).await?.error_for_status()?.bytes().await?;
                Ok(())
            }
        }
    })
    .await
}
