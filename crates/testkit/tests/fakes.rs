//! The fakes keep the promises of the ports that they stand for.

mod clock {
    use std::{sync::Arc, time::Duration};

    use stead_domain::{Timestamp, ports::Clock};
    use stead_testkit::fakes::FakeClock;

    fn make() -> Arc<dyn Clock> {
        Arc::new(FakeClock::new())
    }

    stead_testkit::clock_contract_tests!(make);

    #[test]
    fn it_moves_only_when_told() {
        let clock = FakeClock::new();
        let start = clock.now();
        assert_eq!(clock.now(), start);
        clock.advance(Duration::from_micros(3));
        assert_eq!(clock.now(), start.plus(Duration::from_micros(3)));
        clock.set(Timestamp::EPOCH);
        assert_eq!(clock.now(), Timestamp::EPOCH);
    }
}

mod ids {
    use std::sync::Arc;

    use stead_domain::ports::Ids;
    use stead_testkit::fakes::FakeIds;

    fn make() -> Arc<dyn Ids> {
        Arc::new(FakeIds::new())
    }

    stead_testkit::ids_contract_tests!(make);

    #[test]
    fn they_are_the_same_every_time() {
        let (a, b) = (FakeIds::new(), FakeIds::new());
        assert_eq!((a.next(), a.next(), a.secret()), (b.next(), b.next(), b.secret()));
    }
}

mod presence {
    use std::sync::Arc;

    use stead_domain::ports::PresenceSource;
    use stead_testkit::fakes::FakePresence;

    async fn make() -> (Arc<dyn PresenceSource>, Arc<FakePresence>, ()) {
        let fake = Arc::new(FakePresence::new());
        (Arc::clone(&fake) as _, fake, ())
    }

    stead_testkit::presence_contract_tests!(make);

    #[tokio::test]
    async fn it_fails_while_it_is_told_to() {
        let fake = FakePresence::new();
        fake.set_down(true);
        let organization = stead_testkit::builders::id();
        assert!(fake.presence(organization, &[]).await.is_err());
        fake.set_down(false);
        assert!(fake.presence(organization, &[]).await.is_ok());
    }
}
