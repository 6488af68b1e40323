use tokio::net::UnixDatagram;

use crate::harness::{Setup, call::Address, patience::soon, process::Process};

on_both!(systemd_is_told_what_becomes_of_the_process);

async fn systemd_is_told_what_becomes_of_the_process(setup: Setup) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let systemd = UnixDatagram::bind(&path).unwrap();
    let heard = async || {
        let mut text = vec![0; 1_024];
        let length = soon("a word of the process", systemd.recv(&mut text)).await.unwrap();
        String::from_utf8(text[..length].to_vec()).unwrap()
    };
    let setup = setup.offline().setting("NOTIFY_SOCKET", path.display()).setting("WATCHDOG_USEC", 400_000);
    let process = Process::serve(&setup, &Address::default()).await;
    assert_eq!(heard().await, "READY=1\n");
    for _ in 0..3 {
        assert_eq!(heard().await, "WATCHDOG=1\n");
    }
    process.terminate().await;
    while heard().await != "STOPPING=1\n" {}
    assert!(process.ended().await.0.success());
}
