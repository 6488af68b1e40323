//! What is in a file's name stays a name: in the answer, in the header of a download, and on the disk.

use crate::harness::{Stead, talk::text};

use super::content_of;

on_both!(names_are_made_safe, hostile_names_stay_names, a_long_name_is_refused);

async fn names_are_made_safe(stead: Stead) {
    let ann = stead.register("ann").await;
    for (said, name) in [
        ("../../../etc/passwd", "passwd"),
        ("..\\\\..\\\\boot.ini", "boot.ini"),
        ("/etc/shadow", "shadow"),
        ("C:\\\\Windows\\\\system.ini", "system.ini"),
        ("\\\\\\\\server\\\\share\\\\a.txt", "a.txt"),
        ("..", "file"),
        ("CON", "CON"),
        ("a\u{202e}txt.exe", "atxt.exe"),
        ("a%0D%0ASet-Cookie: x=y.txt", "aSet-Cookie: x=y.txt"),
        ("Grüße 👋.txt", "Grüße 👋.txt"),
        ("  .  ", "file"),
    ] {
        let file = ann.upload(said, "x").await;
        assert_eq!(file["name"], name, "{said}");
    }
    let head = b"Content-Disposition: form-data; name=\"file\"; filename=\"a\"; filename*=UTF-8''%2e%2e%2Fna%C3%AFve.txt\r\n\r\n";
    let file = ann.post_nothing("/files").form(&[(head, b"x")]).await.expect(201);
    assert_eq!(file["name"], "naïve.txt");
}

async fn hostile_names_stay_names(stead: Stead) {
    let ann = stead.register("ann").await;
    for said in [
        "<img src=x onerror=alert(1)>.png",
        "<script>alert(1)<.svg",
        "%22 onmouseover=alert(1) x=%22.txt",
        "'; DROP TABLE files; --.txt",
        "javascript:alert(1)",
        "data:text;base64,x",
        "a%00b.txt",
        "a;filename=evil.exe",
        "{{7*7}}.txt",
        "$(id).txt",
        "=cmd|' !A0.csv",
        "\u{ff0e}\u{ff0e}\u{ff0f}etc",
    ] {
        let file = ann.upload(said, "<script>alert(1)</script>").await;
        let content = ann.get(&content_of(&file)).await;
        assert_eq!(content.status, 200, "{said}");
        let disposition = content.header("content-disposition").expect("a name");
        assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
        assert_eq!(disposition.matches('"').count(), 2, "{disposition}");
        assert_eq!(content.header("x-content-type-options"), Some("nosniff"));
        assert!(content.header("content-security-policy").unwrap().contains("sandbox"));
        assert_eq!(content.headers.get_all("set-cookie").iter().count(), 0);
        assert!(!text(&file["name"]).contains(['/', '\\', '\r', '\n', '\0']), "{file}");
    }
}

async fn a_long_name_is_refused(stead: Stead) {
    let ann = stead.register("ann").await;
    let upload = |name: String| ann.post_nothing("/files").file(&name, "x");
    assert_eq!(upload("ä".repeat(255)).await.expect(201)["name"], "ä".repeat(255));
    upload("ä".repeat(256)).await.complains_about("file");
    upload("x".repeat(10_000)).await.complains_about("file");
}
