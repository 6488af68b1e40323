use crate::harness::{
    Setup,
    call::Address,
    process::{self, Process},
};

on_both!(the_health_check_asks_the_server);

async fn the_health_check_asks_the_server(setup: Setup) {
    let setup = setup.offline();
    let process = Process::serve(&setup, &Address::default()).await;
    let port = process.url.rsplit(':').next().unwrap().to_owned();
    let check = setup.clone().setting("STEAD_SERVER__PORT", &port);
    let healthy = process::run(&["healthcheck"], &check.settings()).await;
    assert!(healthy.status.success(), "{}", String::from_utf8_lossy(&healthy.stderr));
    // A server that listens everywhere is asked here.
    let everywhere = check.clone().setting("STEAD_SERVER__HOST", "0.0.0.0");
    assert!(process::run(&["healthcheck"], &everywhere.settings()).await.status.success());
    process.kill().await;
    let dead = process::run(&["healthcheck"], &check.settings()).await;
    assert_eq!(dead.status.code(), Some(1), "{}", String::from_utf8_lossy(&dead.stderr));
}
