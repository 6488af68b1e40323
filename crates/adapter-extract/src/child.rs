//! The child: it binds itself, reads one document and answers.

use std::{
    io::{self, Read, Write},
    process::ExitCode,
};

use rlimit::Resource;
use stead_domain::ports::text_extractor::Place;

use crate::{
    limits::Order,
    read::{self, Sink},
    wire::{Line, RECORD, Reason},
};

/// How many descriptors it may have: its three pipes, and a few that the system's library opens.
const DESCRIPTORS: u64 = 16;
/// The stack of the thread that reads: some formats nest, and their readers recurse.
const STACK: usize = 16 * 1024 * 1024;

/// Reads the document on standard input as ordered (JSON, see [`ProcessExtractor`](crate::ProcessExtractor)) and answers on
/// standard output. It is all that a process does: its limits stay.
pub fn run_child(order: &str) -> ExitCode {
    let Ok(order) = serde_json::from_str::<Order>(order) else { return ExitCode::from(2) };
    // A child that cannot be bound reads nothing.
    if bind(&order).is_err() {
        return ExitCode::from(3);
    }
    // What a broken document makes a library say is nobody's business.
    std::panic::set_hook(Box::new(|_| {}));
    let reading = std::thread::Builder::new().stack_size(STACK).spawn(move || answer(&order));
    let answered = reading.map(std::thread::JoinHandle::join);
    match answered {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        Ok(Ok(Err(_))) => ExitCode::from(4),
        // A panic outside of a page: the document is damaged beyond what its reader expects.
        Ok(Err(_)) => match say(&mut io::stdout(), &Line::Failed(Reason::Broken)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::from(4),
        },
        Err(_) => ExitCode::from(5),
    }
}

fn bind(order: &Order) -> io::Result<()> {
    Resource::CORE.set(0, 0)?;
    Resource::FSIZE.set(0, 0)?;
    Resource::NOFILE.set(DESCRIPTORS, DESCRIPTORS)?;
    Resource::AS.set(order.memory, order.memory)?;
    Resource::CPU.set(order.cpu_seconds, order.cpu_seconds + 1)
}

fn answer(order: &Order) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut document = Vec::new();
    io::stdin().lock().take(order.document_bytes + 1).read_to_end(&mut document)?;
    if u64::try_from(document.len()).is_ok_and(|length| length > order.document_bytes) {
        return say(&mut out, &Line::Failed(Reason::TooLarge));
    }
    let mut written = Ok(());
    let mut give = |place: Place, text: String| {
        written = say(&mut out, &Line::Piece { place: place.into(), text });
        written.is_ok()
    };
    let mut sink = Sink::new(&mut give);
    let read = read::document(document, order.text_as, &mut sink);
    let end = read.and_then(|()| sink.end());
    written?;
    say(
        &mut out,
        &match end {
            Ok(incomplete) => Line::Done { incomplete },
            Err(reason) => Line::Failed(reason),
        },
    )?;
    out.flush()
}

fn say(out: &mut impl Write, line: &Line) -> io::Result<()> {
    let mut bytes = vec![RECORD];
    serde_json::to_writer(&mut bytes, line)?;
    bytes.push(b'\n');
    out.write_all(&bytes)?;
    out.flush()
}
