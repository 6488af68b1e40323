//! What rmcp gets to see of a server: answers, and few requests.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rmcp::{
    RoleClient,
    model::{ClientJsonRpcMessage, ServerJsonRpcMessage},
    transport::Transport,
};

/// A server may wait for so many answers of ours at once. Each costs a task.
const MAX_OPEN_REQUESTS: usize = 16;

/// A transport without notifications, which nobody here reads, and without a flood of requests.
pub(crate) struct Sieve<T> {
    transport: T,
    open_requests: Arc<AtomicUsize>,
}

impl<T> Sieve<T> {
    pub(crate) fn new(transport: T) -> Self {
        Self { transport, open_requests: Arc::default() }
    }
}

impl<T: Transport<RoleClient>> Transport<RoleClient> for Sieve<T> {
    type Error = T::Error;

    fn send(
        &mut self,
        message: ClientJsonRpcMessage,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let answers = matches!(message, ClientJsonRpcMessage::Response(_) | ClientJsonRpcMessage::Error(_));
        let open_requests = Arc::clone(&self.open_requests);
        let sending = self.transport.send(message);
        async move {
            let sent = sending.await;
            if answers {
                open_requests.fetch_sub(1, Ordering::Relaxed);
            }
            sent
        }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        loop {
            match self.transport.receive().await? {
                ServerJsonRpcMessage::Notification(_) => {}
                request @ ServerJsonRpcMessage::Request(_) => {
                    if self.open_requests.load(Ordering::Relaxed) < MAX_OPEN_REQUESTS {
                        self.open_requests.fetch_add(1, Ordering::Relaxed);
                        return Some(request);
                    }
                }
                answer @ (ServerJsonRpcMessage::Response(_) | ServerJsonRpcMessage::Error(_)) => return Some(answer),
            }
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.transport.close().await
    }
}
