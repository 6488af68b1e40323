pub struct FakeClock;
