pub struct FakeLlm;
