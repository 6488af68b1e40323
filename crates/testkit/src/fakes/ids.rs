pub struct FakeIds;
