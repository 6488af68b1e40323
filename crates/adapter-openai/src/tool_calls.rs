//! Puts the tool calls of one answer together from their pieces.

use stead_domain::ports::llm::{LlmError, LlmEvent, LlmToolCall};

use crate::{failure::protocol, wire::ToolCallDelta};

/// The most tool calls of one answer.
const MAX_CALLS: usize = 128;
/// The longest arguments of one tool call, in bytes.
const MAX_ARGUMENT_BYTES: usize = 1024 * 1024;

/// The tool calls of an answer so far, in the order in which they began.
#[derive(Debug, Default)]
pub(crate) struct ToolCalls {
    calls: Vec<Call>,
}

#[derive(Debug)]
struct Call {
    /// The number the endpoint gave it, by which later pieces name it.
    wire_index: Option<u32>,
    call: LlmToolCall,
}

impl ToolCalls {
    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Takes a piece; gives the bytes of arguments in it.
    pub(crate) fn push(&mut self, delta: ToolCallDelta, out: &mut impl Extend<LlmEvent>) -> Result<usize, LlmError> {
        let (name, arguments) = delta.function.map_or((None, None), |function| (function.name, function.arguments));
        let (id, name) = (delta.id.filter(|id| !id.is_empty()), name.filter(|name| !name.is_empty()));
        let place = match self.place_of(delta.index, id.as_deref()) {
            Some(place) => {
                self.check_same(place, id.as_deref(), name.as_deref())?;
                place
            }
            None => self.begin(delta.index, id, name, out)?,
        };
        self.extend(place, arguments.unwrap_or_default(), out)
    }

    /// Gives every call as a whole.
    pub(crate) fn finish(&mut self) -> impl Iterator<Item = LlmEvent> {
        std::mem::take(&mut self.calls).into_iter().map(|call| LlmEvent::ToolCall(call.call))
    }

    /// Which call a piece belongs to. Some endpoints number nothing: there a new id begins a call, and what has none
    /// continues the last.
    fn place_of(&self, index: Option<u32>, id: Option<&str>) -> Option<usize> {
        match (index, id) {
            (Some(index), _) => self.calls.iter().position(|call| call.wire_index == Some(index)),
            (None, Some(id)) => self.calls.iter().position(|call| call.call.id == id),
            (None, None) => self.calls.len().checked_sub(1),
        }
    }

    fn check_same(&self, place: usize, id: Option<&str>, name: Option<&str>) -> Result<(), LlmError> {
        let Some(Call { call, .. }) = self.calls.get(place) else { return Ok(()) };
        if id.is_some_and(|id| id != call.id) || name.is_some_and(|name| name != call.name) {
            return Err(protocol("a tool call changed its id or name"));
        }
        Ok(())
    }

    fn begin(
        &mut self,
        wire_index: Option<u32>,
        id: Option<String>,
        name: Option<String>,
        out: &mut impl Extend<LlmEvent>,
    ) -> Result<usize, LlmError> {
        let (Some(id), Some(name)) = (id, name) else {
            return Err(protocol("a piece belongs to no known tool call"));
        };
        if self.calls.iter().any(|call| call.call.id == id) {
            return Err(protocol("two tool calls have the same id"));
        }
        let place = self.calls.len();
        if place >= MAX_CALLS {
            return Err(protocol(format!("more than {MAX_CALLS} tool calls")));
        }
        out.extend([LlmEvent::ToolCallStarted { index: to_index(place), id: id.clone(), name: name.clone() }]);
        self.calls.push(Call { wire_index, call: LlmToolCall { id, name, arguments: String::new() } });
        Ok(place)
    }

    fn extend(&mut self, place: usize, piece: String, out: &mut impl Extend<LlmEvent>) -> Result<usize, LlmError> {
        let Some(Call { call, .. }) = self.calls.get_mut(place).filter(|_| !piece.is_empty()) else { return Ok(0) };
        if call.arguments.len() + piece.len() > MAX_ARGUMENT_BYTES {
            return Err(protocol(format!("a tool call's arguments are longer than {MAX_ARGUMENT_BYTES} bytes")));
        }
        call.arguments.push_str(&piece);
        let bytes = piece.len();
        out.extend([LlmEvent::ToolCallDelta { index: to_index(place), arguments: piece }]);
        Ok(bytes)
    }
}

fn to_index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
