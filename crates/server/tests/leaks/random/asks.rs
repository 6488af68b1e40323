//! All the ways to be told or shown something.

use serde_json::{Value, json};
use stead_domain::ports::presence::ConnectionStatus;

use super::{
    Numbers, Scene,
    model::{Beside, Kind, Model, PEOPLE, Place, STRANGER, Said, Thread, Word, Words, words_in},
};
use crate::{
    harness::talk::text,
    stand_ins::{all_of, are, messages},
};

/// A question about a word of its own.
fn about(word: Word) -> String {
    format!("How is the pumpkin harvest? {}", word.text())
}

impl Model {
    pub async fn asks(&mut self, scene: &Scene, numbers: &mut Numbers) {
        let who = numbers.below(PEOPLE);
        if self.away.contains(&who) {
            return;
        }
        match numbers.below(18) {
            0 | 1 => self.is_shown_what_would_be_said(scene, who, numbers).await,
            2 | 3 => self.is_answered_by_a_stand_in(scene, who, numbers).await,
            4 => self.mentions_somebody(scene, who, numbers).await,
            5 => self.mentions_the_helper(scene, who, numbers).await,
            6 | 7 => self.asks_their_own_agent(scene, who).await,
            8 => self.asks_beside(scene, who, numbers).await,
            9 => self.asks_on_beside(scene, who, numbers).await,
            10 => self.has_a_room_summed_up(scene, who, numbers).await,
            11 | 12 => self.asks_in_a_thread(scene, who, numbers).await,
            13 => self.has_a_thread_titled(scene, numbers).await,
            14 => self.searches(scene, who).await,
            15 => self.looks_into_a_room(who, numbers).await,
            16 => self.looks_into_the_inbox(who).await,
            _ => self.looks_at_what_was_said_for_them(who).await,
        }
    }

    /// What models were told since is among these.
    #[track_caller]
    fn told(&mut self, scene: &Scene, may: &Words, what: &str) {
        let told = scene.stead.llm().take_requests().iter().map(all_of).collect::<String>();
        let words = words_in(&told);
        self.only(&words, may, what);
        // But for the word of the question itself.
        self.told += words.len().saturating_sub(1);
    }

    /// Where what is said in somebody's stead, to somebody, may come from.
    fn scope(&self, owner: usize, asker: usize) -> Vec<usize> {
        let both = self.rooms_of_both(owner, asker).into_iter();
        both.filter(|room| !self.left_out[owner].contains(room)).collect()
    }

    fn others(&self, who: usize, numbers: &mut Numbers) -> Option<usize> {
        let others: Vec<usize> =
            (0..STRANGER).filter(|other| *other != who && who != STRANGER && !self.away.contains(other)).collect();
        numbers.one_of(&others)
    }

    async fn is_shown_what_would_be_said(&mut self, scene: &Scene, who: usize, numbers: &mut Numbers) {
        let Some(other) = self.others(who, numbers) else { return };
        let mut scope = self.scope(other, who);
        // What was said last between the two is there however the other one leaves out rooms.
        scope.extend(self.pair(who, other));
        let may = self.words_of_rooms(&scope);
        self.story.tell(format!("{who} is shown what {other} would say"));
        let path = format!("/ai/persona/{}", self.people[other].id());
        let shown = self.people[who].post(&path, json!({"message": "How is the pumpkin harvest?"})).await.expect(200);
        self.only(&words_in(&shown.to_string()), &may, "what was shown");
        self.told(scene, &may, "a preview");
    }

    fn pair(&self, one: usize, other: usize) -> Option<usize> {
        let is_theirs = |room: &usize| self.rooms[*room].kind == Kind::Pair && self.is_in(other, *room);
        self.rooms_of(one).into_iter().find(is_theirs)
    }

    async fn is_answered_by_a_stand_in(&mut self, scene: &Scene, who: usize, numbers: &mut Numbers) {
        let Some(other) = self.others(who, numbers) else { return };
        let Some(room) = self.pair(who, other) else { return };
        let mut may = self.words_of_rooms(&self.scope(other, who));
        self.is(scene, other, ConnectionStatus::Away);
        self.asks_in_room(who, room, "", &mut may, &format!("the stand-in of {other} answers {who}")).await;
        self.is(scene, other, ConnectionStatus::Online);
        self.told(scene, &may, "a stand-in between two");
    }

    async fn mentions_somebody(&mut self, scene: &Scene, who: usize, numbers: &mut Numbers) {
        let Some(other) = self.others(who, numbers) else { return };
        let rooms = self.scope(other, who).into_iter().filter(|room| self.rooms[*room].kind != Kind::Pair);
        let Some(room) = numbers.one_of(&rooms.collect::<Vec<_>>()) else { return };
        let mut may = self.words_of_rooms(&[room]);
        self.is(scene, other, ConnectionStatus::Away);
        let mention = format!("@{} ", text(&self.people[other].user["handle"]));
        self.asks_in_room(who, room, &mention, &mut may, &format!("the stand-in of {other} answers {who}")).await;
        self.is(scene, other, ConnectionStatus::Online);
        self.told(scene, &may, "a stand-in in a room");
    }

    async fn mentions_the_helper(&mut self, scene: &Scene, who: usize, numbers: &mut Numbers) {
        let rooms = self.rooms_of(who).into_iter().filter(|room| self.rooms[*room].has_helper);
        let Some(room) = numbers.one_of(&rooms.collect::<Vec<_>>()) else { return };
        let mut may = self.words_of_rooms(&[room]);
        self.asks_in_room(who, room, "@helper ", &mut may, &format!("the helper answers {who}")).await;
        self.told(scene, &may, "an agent in a room");
    }

    async fn asks_their_own_agent(&mut self, scene: &Scene, who: usize) {
        let own = self.rooms_of(who).into_iter().find(|room| self.rooms[*room].kind == Kind::Own);
        let own = own.expect("everybody has one");
        let left_out = &self.left_out[who];
        let mut may = self.words_of(|place| match place {
            Place::Room(room) => self.is_in(who, room) && !left_out.contains(&room),
            Place::Beside(n) => self.may_read(who, place) && !left_out.contains(&self.beside[n].room),
            Place::Thread(_) => false,
        });
        self.asks_in_room(who, own, "", &mut may, &format!("{who} asks their own agent")).await;
        self.told(scene, &may, "somebody's own agent");
    }

    /// Asks by posting. The question and the answer are said there.
    async fn asks_in_room(&mut self, who: usize, room: usize, mention: &str, may: &mut Words, what: &str) {
        let word = self.new_word();
        may.insert(word);
        self.story.tell(format!("{what} in room {room}: {}", word.text()));
        let (account, id) = (&self.people[who], &self.rooms[room].id);
        let before = messages(account, id).await.len();
        let body = json!({"content": format!("{mention}{}", about(word))});
        let asked = account.post(&format!("/channels/{id}/messages"), body).await.expect(201);
        let answer = are(account, id, before + 2).await.pop().expect("an answer");
        let place = Place::Room(room);
        let asked = text(&asked["id"]).to_owned();
        self.said.push(Said { id: asked, by: Some(who), place, words: Words::from([word]) });
        self.said_by_a_model(&answer, place);
    }

    fn said_by_a_model(&mut self, answer: &Value, place: Place) {
        let words = words_in(text(&answer["content"]));
        self.said.push(Said { id: text(&answer["id"]).to_owned(), by: None, place, words });
    }

    async fn asks_beside(&mut self, scene: &Scene, who: usize, numbers: &mut Numbers) {
        let room = numbers.below(self.rooms.len());
        let path = format!("/ai/channels/{}/query", self.rooms[room].id);
        if !self.is_in(who, room) {
            let refused = self.people[who].post(&path, json!({"query": "How is the pumpkin harvest?"})).await;
            assert!([403, 404].contains(&refused.status), "{who} is not in room {room}: {}", refused.text());
            return;
        }
        let word = self.new_word();
        let mut may = self.words_of_rooms(&[room]);
        may.insert(word);
        let readable: Vec<usize> = (0..self.files.len()).filter(|n| self.may_read_file(who, *n)).collect();
        let file = numbers.one_of(&readable).filter(|_| numbers.below(3) == 0);
        let files: Vec<&str> = file.iter().map(|n| self.files[*n].id.as_str()).collect();
        self.story.tell(format!("{who} asks beside room {room}: {}, with {file:?}", word.text()));
        let query = json!({"query": about(word), "fileIds": files});
        let asked = self.people[who].post(&path, query).await.expect(200);
        let conversation = &asked["conversation"];
        self.beside.push(Beside { id: text(&conversation["id"]).to_owned(), room, of: who });
        let place = Place::Beside(self.beside.len() - 1);
        let question = text(&conversation["messages"][0]["id"]).to_owned();
        if let Some(n) = file {
            may.insert(self.files[n].word);
            self.files[n].lies_in.push((place, question.clone()));
        }
        self.said.push(Said { id: question, by: None, place, words: Words::from([word]) });
        self.said_by_a_model(&asked["message"], place);
        self.told(scene, &may, "beside a channel");
    }

    fn may_read_file(&self, who: usize, n: usize) -> bool {
        let file = &self.files[n];
        file.by == who || file.lies_in.iter().any(|(place, _)| self.may_read(who, *place))
    }

    async fn asks_on_beside(&mut self, scene: &Scene, who: usize, numbers: &mut Numbers) {
        let own: Vec<usize> = (0..self.beside.len()).filter(|n| self.beside[*n].of == who).collect();
        let Some(n) = numbers.one_of(&own) else { return };
        let Beside { id, room, .. } = &self.beside[n];
        let (room, at) = (*room, format!("/ai/channels/{}/conversations/{id}", self.rooms[*room].id));
        let word = self.new_word();
        let body = json!({"content": about(word)});
        if !self.is_in(who, room) {
            let refused = self.people[who].post(&format!("{at}/messages"), body).await;
            assert!([403, 404].contains(&refused.status), "{who} is not in room {room}: {}", refused.text());
            let refused = self.people[who].get(&at).await;
            assert!([403, 404].contains(&refused.status), "{who} is not in room {room}: {}", refused.text());
            return;
        }
        self.story.tell(format!("{who} asks on beside room {room}: {}", word.text()));
        let place = Place::Beside(n);
        let mut may = self.words_of(|one| one == place || one == Place::Room(room));
        may.insert(word);
        let now = self.people[who].post(&format!("{at}/messages"), body).await.expect(200);
        let said = now["messages"].as_array().expect("messages");
        let [.., question, answer] = said.as_slice() else { panic!("{now}") };
        let question = text(&question["id"]).to_owned();
        self.said.push(Said { id: question, by: None, place, words: Words::from([word]) });
        self.said_by_a_model(answer, place);
        self.told(scene, &may, "on beside a channel");
    }

    async fn has_a_room_summed_up(&mut self, scene: &Scene, who: usize, numbers: &mut Numbers) {
        let room = numbers.below(self.rooms.len());
        let at = format!("/ai/channels/{}", self.rooms[room].id);
        let said: Vec<&Said> = self.said.iter().filter(|said| said.place == Place::Room(room)).collect();
        let path = match numbers.one_of(&said).filter(|_| numbers.below(2) == 0) {
            Some(said) => format!("{at}/messages/{}/summarize", said.id),
            None => format!("{at}/summarize?quantity=1&time_unit=days"),
        };
        let may = self.words_of_rooms(&[room]);
        self.story.tell(format!("{who} has room {room} summed up"));
        let summed = self.people[who].get(&path).await;
        if self.is_in(who, room) {
            self.only(&words_in(&summed.expect(200).to_string()), &may, "a summary");
        } else {
            assert!([403, 404].contains(&summed.status), "{who} is not in room {room}: {}", summed.text());
        }
        self.told(scene, &may, "a summary");
    }

    /// With the helper, or somebody's own agent, in a thread of before or a new one.
    async fn asks_in_a_thread(&mut self, scene: &Scene, who: usize, numbers: &mut Numbers) {
        if who == STRANGER {
            return;
        }
        let owner = Some(numbers.below(STRANGER)).filter(|owner| numbers.below(3) > 0 && !self.away.contains(owner));
        let rooms = match owner {
            Some(owner) => self.scope(owner, who),
            None => self.rooms_of(who).into_iter().filter(|room| self.rooms[*room].has_helper).collect(),
        };
        let theirs = |n: &usize| self.threads[*n].of == who && self.threads[*n].owner == owner;
        let known: Vec<usize> = (0..self.threads.len()).filter(theirs).collect();
        let n = match numbers.one_of(&known).filter(|_| numbers.below(2) == 0) {
            Some(n) => n,
            None => {
                let agent = owner.map_or(&self.helper, |owner| &self.agents[owner]).clone();
                self.threads.push(Thread { talk: self.people[who].talk_with(&agent).await, of: who, owner });
                self.threads.len() - 1
            }
        };
        let (word, place) = (self.new_word(), Place::Thread(n));
        self.story.tell(format!("{who} asks in thread {n}, with the agent of {owner:?}: {}", word.text()));
        let mut may = self.words_of_rooms(&rooms);
        may.extend(self.words_of(|one| one == place));
        may.insert(word);
        let talk = self.threads[n].talk.clone();
        // Whoever was away has other credentials now.
        let path = talk.at("/messages");
        let answer = self.people[who].post(&path, json!({"content": about(word)})).await.expect(201);
        let asked = text(&answer["metadata"]["in_reply_to"]).to_owned();
        self.said.push(Said { id: asked, by: None, place, words: Words::from([word]) });
        self.said_by_a_model(&answer, place);
        self.told(scene, &may, "in a thread");
    }

    async fn has_a_thread_titled(&mut self, scene: &Scene, numbers: &mut Numbers) {
        let open: Vec<usize> = (0..self.threads.len()).filter(|n| !self.away.contains(&self.threads[*n].of)).collect();
        let Some(n) = numbers.one_of(&open) else { return };
        let may = self.words_of(|place| place == Place::Thread(n));
        let path = self.threads[n].talk.at("/generate_title");
        self.story.tell(format!("thread {n} is titled"));
        self.people[self.threads[n].of].post_nothing(&path).await.expect(200);
        self.told(scene, &may, "a title");
    }

    async fn searches(&mut self, scene: &Scene, who: usize) {
        let may = self.words_that_may_be_found_by(who);
        self.story.tell(format!("{who} searches"));
        for mode in ["keyword", "semantic", "hybrid"] {
            let found = self.people[who].get(&format!("/search?q=pumpkin%20harvest&limit=100&mode={mode}")).await;
            // An index that is away, or a way that is not offered, finds nothing.
            if found.status == 200 {
                self.only(&words_in(&found.text()), &may, mode);
            } else {
                assert!(mode != "keyword" && [400, 409, 503].contains(&found.status), "{}", found.text());
            }
        }
        self.told(scene, &Words::new(), "a search asks no model");
    }

    async fn looks_into_a_room(&mut self, who: usize, numbers: &mut Numbers) {
        let room = numbers.below(self.rooms.len());
        let seen = self.people[who].get(&format!("/channels/{}/messages?limit=100", self.rooms[room].id)).await;
        if !self.is_in(who, room) {
            assert!([403, 404].contains(&seen.status), "{who} is not in room {room}: {}", seen.text());
            return;
        }
        let said = self.said.iter().filter(|said| said.place == Place::Room(room));
        let there: Words = said.flat_map(|said| said.words.iter().copied()).collect();
        assert_eq!(words_in(&seen.expect(200).to_string()), there, "what {who} sees in room {room}");
    }

    async fn looks_into_the_inbox(&mut self, who: usize) {
        let shown = self.people[who].get("/messaging/conversations").await.expect(200).to_string();
        let pairs: Vec<usize> =
            self.rooms_of(who).into_iter().filter(|room| self.rooms[*room].kind == Kind::Pair).collect();
        self.only(&words_in(&shown), &self.words_of_rooms(&pairs), "the inbox");
        let overseen = self.people[who].get("/messaging/agent-conversations").await.expect(200);
        let may = self.words_overseen_by(who);
        self.only(&words_in(&overseen.to_string()), &may, "what is overseen");
        for thread in overseen["conversations"].as_array().expect("conversations") {
            let path = format!("/messaging/agent-conversations/{}/messages", text(&thread["id"]));
            let seen = self.people[who].get(&path).await.expect(200).to_string();
            self.only(&words_in(&seen), &may, "what is overseen");
        }
    }

    async fn looks_at_what_was_said_for_them(&mut self, who: usize) {
        let said = self.people[who].get("/ai/persona/me/replies?limit=100").await.expect(200).to_string();
        self.only(&words_in(&said), &self.words_of_rooms(&self.rooms_of(who)), "what was said in their stead");
    }
}
