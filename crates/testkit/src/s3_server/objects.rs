//! The operations that Stead uses: the server on disk does them, and the faults come between.

use std::{io, sync::Arc};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use s3s::{
    Body, S3, S3Request, S3Response, S3Result,
    dto::{
        AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
        CompleteMultipartUploadOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput, DeleteObjectInput,
        DeleteObjectOutput, ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput,
        ListMultipartUploadsInput, ListMultipartUploadsOutput, ListObjectsV2Input, ListObjectsV2Output, PutObjectInput,
        PutObjectOutput, StreamingBlob, UploadPartInput, UploadPartOutput,
    },
    s3_error,
};
use s3s_fs::FileSystem;

use super::{
    faults::{Faults, S3Fault},
    server::S3Server,
    uploads::Uploads,
};

pub(super) struct Objects {
    pub(super) disk: FileSystem,
    pub(super) faults: Arc<Faults>,
    pub(super) uploads: Arc<Uploads>,
}

#[async_trait::async_trait]
impl S3 for Objects {
    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        self.faults.enter("put_object").await?;
        is_ours(&request.input.bucket)?;
        self.disk.put_object(request).await
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let fault = self.faults.enter("get_object").await?;
        is_ours(&request.input.bucket)?;
        let mut response = self.disk.get_object(request).await?;
        response.output.body = response.output.body.map(|body| match fault {
            Some(S3Fault::CutsBodies) => StreamingBlob::wrap(beginning(body)),
            Some(S3Fault::StallsBodies) => StreamingBlob::wrap(beginning(body).chain(stream::pending())),
            _ => body,
        });
        Ok(response)
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        self.faults.enter("head_object").await?;
        self.disk.head_object(request).await
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.faults.enter("delete_object").await?;
        self.disk.delete_object(request).await
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        self.faults.enter("list_objects").await?;
        self.disk.list_objects_v2(request).await
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        self.faults.enter("create_multipart_upload").await?;
        let key = request.input.key.clone();
        let response = self.disk.create_multipart_upload(request).await?;
        self.uploads.begin(response.output.upload_id.as_deref().expect("an id"), &key);
        Ok(response)
    }

    async fn upload_part(&self, mut request: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let fault = self.faults.enter("upload_part").await?;
        let (id, number) = (request.input.upload_id.clone(), request.input.part_number);
        // Only a last part is shorter than the least that a part may have.
        let is_last = request.input.content_length.is_some_and(|length| length < 5 * 1024 * 1024);
        if is_last && matches!(fault, Some(S3Fault::LosesTheLastPart)) {
            request.input.body = Some(Body::empty().into());
        }
        let mut response = self.disk.upload_part(request).await?;
        let tag = response.output.e_tag.clone().expect("a tag");
        self.uploads.add_part(&id, number, tag);
        if matches!(fault, Some(S3Fault::GivesWrongTags)) {
            response.output.e_tag = Some(ETag::Strong("00000000000000000000000000000000".to_owned()));
        }
        Ok(response)
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let fault = self.faults.enter("complete_multipart_upload").await?;
        let id = request.input.upload_id.clone();
        self.uploads.check(&id, request.input.multipart_upload.as_ref())?;
        match fault {
            Some(S3Fault::FailsToComplete) => return Err(s3_error!(InternalError)),
            Some(S3Fault::FailsAfterSaying200) => {
                let failed = async { Err(s3_error!(InternalError)) };
                let output = CompleteMultipartUploadOutput {
                    future: Some(Box::pin(failed)),
                    ..CompleteMultipartUploadOutput::default()
                };
                return Ok(S3Response::new(output));
            }
            _ => {}
        }
        let response = self.disk.complete_multipart_upload(request).await?;
        self.uploads.end(&id);
        Ok(response)
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        self.faults.enter("abort_multipart_upload").await?;
        let id = request.input.upload_id.clone();
        let response = self.disk.abort_multipart_upload(request).await?;
        self.uploads.end(&id);
        Ok(response)
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        self.faults.enter("list_multipart_uploads").await?;
        // One at a time: whoever asks has to go on from where it was.
        let marker = request.input.upload_id_marker.unwrap_or_default();
        let mut rest: Vec<_> = self.uploads.list();
        rest.retain(|upload| upload.upload_id.as_ref().is_some_and(|id| *id > marker));
        let is_truncated = rest.len() > 1;
        rest.truncate(1);
        let output = ListMultipartUploadsOutput {
            bucket: Some(request.input.bucket),
            is_truncated: Some(is_truncated),
            next_key_marker: rest.first().and_then(|upload| upload.key.clone()),
            next_upload_id_marker: rest.first().and_then(|upload| upload.upload_id.clone()),
            uploads: Some(rest),
            ..ListMultipartUploadsOutput::default()
        };
        Ok(S3Response::new(output))
    }
}

/// The server on disk makes a bucket that is not there, or finds no blob in it.
fn is_ours(bucket: &str) -> S3Result<()> {
    if bucket == S3Server::BUCKET { Ok(()) } else { Err(s3_error!(NoSuchBucket)) }
}

/// The first pieces of a blob: 80 KiB.
fn beginning(body: StreamingBlob) -> impl Stream<Item = io::Result<Bytes>> + Send + Sync + 'static {
    body.map_err(io::Error::other).take(20)
}
