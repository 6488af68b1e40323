use std::time::Duration;

use stead_domain::ports::vector_store::{VectorKind, VectorQuery, VectorRecord, VectorSource};

use super::{Scene, VectorStoreHarness, author, channel, chunk, ids, thread};
use crate::builders::id;

/// They cannot be compared.
pub async fn vectors_of_another_model_are_not_found(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let here = channel();
    let (mine, old) = (scene.message(here, 0.5), VectorRecord { model: "older".into(), ..scene.message(here, 0.9) });
    scene.keep(&[mine.clone(), old.clone()]).await;
    scene.finds(&scene.query(&[here]), &[mine.id]).await;
    scene.finds(&VectorQuery { model: "older".into(), ..scene.query(&[here]) }, &[old.id]).await;
    scene.finds(&VectorQuery { model: "newer".into(), ..scene.query(&[here]) }, &[]).await;
}

/// Messages or files.
pub async fn a_kind_narrows(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let here = thread();
    let (message, file) = (scene.message(here, 0.5), scene.file(here, 0.9));
    scene.keep(&[message.clone(), file.clone()]).await;
    scene.finds(&scene.query(&[here]), &[file.id, message.id]).await;
    for (kind, record) in [(VectorKind::Message, &message), (VectorKind::File, &file)] {
        scene.finds(&VectorQuery { kind: Some(kind), ..scene.query(&[here]) }, &[record.id]).await;
    }
}

/// What nobody wrote is by no author.
pub async fn an_author_narrows(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let here = channel();
    let (ann, bob) = (scene.message(here, 0.5), scene.file(here, 0.9));
    let agent = VectorRecord { author: None, ..scene.message(here, 0.8) };
    scene.keep(&[ann.clone(), bob.clone(), agent.clone()]).await;
    scene.finds(&scene.query(&[here]), &[bob.id, agent.id, ann.id]).await;
    for record in [&ann, &bob] {
        scene.finds(&VectorQuery { author: record.author, ..scene.query(&[here]) }, &[record.id]).await;
    }
    scene.finds(&VectorQuery { author: Some(author()), ..scene.query(&[here]) }, &[]).await;
}

/// To all of their passages, and to no message.
pub async fn files_narrow(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let here = channel();
    let one = scene.file(here, 0.9);
    let passage = VectorRecord { values: scene.near(0.6), ..chunk(&one, 7) };
    let two = scene.file(here, 0.8);
    scene.keep(&[one.clone(), passage.clone(), two.clone(), scene.message(here, 1.0), scene.file(here, 0.7)]).await;
    let files = |records: &[&VectorRecord]| {
        let named = records.iter().map(|record| match record.id.source {
            VectorSource::File(file) => file,
            VectorSource::Message(message) => panic!("{message} is no file"),
        });
        VectorQuery { files: Some(named.collect()), ..scene.query(&[here]) }
    };
    scene.finds(&files(&[&one]), &[one.id, passage.id]).await;
    scene.finds(&files(&[&two, &one]), &[one.id, two.id, passage.id]).await;
    scene.finds(&files(&[]), &[]).await;
    scene.finds(&VectorQuery { files: Some(vec![id()]), ..scene.query(&[here]) }, &[]).await;
    let elsewhere = VectorQuery { places: vec![channel()], ..files(&[&one]) };
    scene.finds(&elsewhere, &[]).await;
}

/// To the microsecond.
pub async fn a_time_narrows(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let here = channel();
    let mut records = [0.9, 0.8, 0.7].map(|cosine| scene.message(here, cosine));
    let noon = records[0].created_at;
    records[1].created_at = noon.plus(Duration::from_micros(1));
    records[2].created_at = noon.plus(Duration::from_micros(2));
    scene.keep(&records).await;
    scene.finds(&scene.query(&[here]), &ids(&records)).await;
    let times = records.each_ref().map(|record| record.created_at);
    for (since, before, found) in [
        (Some(times[1]), None, &records[1..]),
        (None, Some(times[1]), &records[..1]),
        (Some(times[1]), Some(times[2]), &records[1..2]),
        (Some(times[1]), Some(times[1]), &[]),
    ] {
        scene.finds(&VectorQuery { since, before, ..scene.query(&[here]) }, &ids(found)).await;
    }
}

/// What fits must fit all of it.
pub async fn what_narrows_goes_together(harness: &impl VectorStoreHarness) {
    let scene = Scene::new(harness).await;
    let (here, there) = (channel(), thread());
    let right = scene.file(here, 0.5);
    let VectorSource::File(file) = right.id.source else { panic!("no file") };
    let wrong = [
        VectorRecord { places: vec![there], ..chunk(&right, 1) },
        VectorRecord { author: Some(author()), ..chunk(&right, 2) },
        VectorRecord { created_at: right.created_at.minus(Duration::from_secs(1)), ..chunk(&right, 3) },
        VectorRecord { model: "older".into(), ..chunk(&right, 4) },
        VectorRecord { author: right.author, ..scene.file(here, 0.9) },
        VectorRecord { author: right.author, ..scene.message(here, 0.9) },
    ];
    scene.keep(&[&wrong[..], std::slice::from_ref(&right)].concat()).await;
    let query = VectorQuery {
        kind: Some(VectorKind::File),
        author: right.author,
        files: Some(vec![file]),
        since: Some(right.created_at),
        before: Some(right.created_at.plus(Duration::from_secs(1))),
        ..scene.query(&[here, channel()])
    };
    scene.finds(&query, &[right.id]).await;
    scene.finds(&VectorQuery { kind: Some(VectorKind::Message), ..query }, &[]).await;
}
