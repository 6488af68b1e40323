//! What happens.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    Numbers, Scene,
    model::{FOUNDER, Kind, Model, PEOPLE, Place, SOMETIMES, STRANGER, Said, Shared, Word, Words},
};
use crate::{
    harness::{eventually, talk::text},
    realtime::Socket,
};

pub fn about(word: Word) -> String {
    format!("The pumpkin harvest is {}", word.text())
}

impl Model {
    pub async fn happens(&mut self, scene: &Scene, numbers: &mut Numbers) {
        match numbers.below(16) {
            0..=4 => self.somebody_says(scene, numbers).await,
            5 | 6 => self.somebody_takes_back(numbers).await,
            7..=9 => self.somebody_comes_or_goes(numbers).await,
            10 | 11 => self.somebody_shares(scene, numbers).await,
            12 => self.a_file_is_deleted(numbers).await,
            13 => self.the_helper_comes_or_goes(numbers).await,
            14 => self.somebody_leaves_out(numbers).await,
            _ => match numbers.below(3) {
                0 => self.a_room_is_deleted(numbers).await,
                _ => self.one_comes_and_goes(scene).await,
            },
        }
    }

    /// A room of several or of two, and somebody in it.
    fn somewhere(&self, numbers: &mut Numbers) -> Option<(usize, usize)> {
        let who = numbers.below(PEOPLE);
        let rooms = self.rooms_of(who).into_iter().filter(|room| self.rooms[*room].kind != Kind::Own);
        Some((who, numbers.one_of(&rooms.collect::<Vec<_>>())?))
    }

    async fn somebody_says(&mut self, scene: &Scene, numbers: &mut Numbers) {
        let Some((who, room)) = self.somewhere(numbers) else { return };
        let word = self.new_word();
        let there: Vec<usize> = (0..self.said.len()).filter(|n| self.said[*n].place == Place::Room(room)).collect();
        let parent = numbers.one_of(&there).filter(|_| numbers.below(3) == 0).map(|n| self.said[n].id.clone());
        self.story.tell(format!("{who} says {} in room {room}, to {parent:?}", word.text()));
        let body = json!({"content": about(word), "parent_id": parent});
        // Nobody is stood in for.
        scene.presence.set_down(true);
        let said =
            self.people[who].post(&format!("/channels/{}/messages", self.rooms[room].id), body).await.expect(201);
        scene.presence.set_down(false);
        let id = text(&said["id"]).to_owned();
        self.said.push(Said { id, by: Some(who), place: Place::Room(room), words: Words::from([word]) });
    }

    async fn somebody_takes_back(&mut self, numbers: &mut Numbers) {
        let own = |said: &Said| {
            let Place::Room(room) = said.place else { return false };
            said.by.is_some_and(|by| self.is_in(by, room))
        };
        let own: Vec<usize> = (0..self.said.len()).filter(|n| own(&self.said[*n])).collect();
        let Some(n) = numbers.one_of(&own) else { return };
        let (by, at) = (self.said[n].by.expect("a person's"), format!("/messages/{}", self.said[n].id));
        if numbers.below(2) == 0 {
            self.story.tell(format!("{by} deletes {:?}", self.said[n].words));
            self.people[by].delete(&at).await.expect(204);
            let gone = self.said.remove(n);
            self.files.iter_mut().for_each(|file| file.lies_in.retain(|(_, message)| *message != gone.id));
        } else {
            let word = self.new_word();
            self.story.tell(format!("{by} edits {:?} to {}", self.said[n].words, word.text()));
            self.people[by].patch(&at, json!({"content": about(word)})).await.expect(200);
            self.said[n].words = Words::from([word]);
        }
    }

    async fn somebody_comes_or_goes(&mut self, numbers: &mut Numbers) {
        let (room, who) = (numbers.below(4), 1 + numbers.below(3));
        if self.rooms[room].is_gone || self.away.contains(&who) {
            return;
        }
        let (at, by_themselves) = (format!("/channels/{}", self.rooms[room].id), numbers.below(2) == 0);
        let member = format!("{at}/members/{}", self.people[who].id());
        if self.rooms[room].members.remove(&who) {
            self.story.tell(format!("{who} goes from room {room}, themselves: {by_themselves}"));
            match by_themselves {
                true => self.people[who].post_nothing(&format!("{at}/leave")).await.expect(204),
                false => self.people[FOUNDER].delete(&member).await.expect(204),
            };
        } else {
            self.story.tell(format!("{who} comes to room {room}"));
            match by_themselves && self.rooms[room].kind == Kind::Open {
                true => self.people[who].post_nothing(&format!("{at}/join")).await.expect(200),
                false => self.people[FOUNDER].put_nothing(&member).await.expect(200),
            };
            self.rooms[room].members.insert(who);
        }
    }

    async fn somebody_shares(&mut self, scene: &Scene, numbers: &mut Numbers) {
        let Some((who, room)) = self.somewhere(numbers) else { return };
        let word = self.new_word();
        self.story.tell(format!("{who} shares a file with {} in room {room}", word.text()));
        let file = self.people[who].upload("harvest.txt", about(word)).await;
        let id = text(&file["id"]).to_owned();
        eventually("the file to be read and summed up", async || {
            let file = self.people[who].get(&format!("/files/{id}")).await.expect(200);
            (file["status"] != "processing" && file["summary"].is_string()).then_some(())
        })
        .await;
        scene.presence.set_down(true);
        let body = json!({"content": "A file about the pumpkin harvest", "file_ids": [id]});
        let said =
            self.people[who].post(&format!("/channels/{}/messages", self.rooms[room].id), body).await.expect(201);
        scene.presence.set_down(false);
        // The model was asked to sum it up: that is no answer to anybody.
        scene.stead.llm().take_requests();
        let message = text(&said["id"]).to_owned();
        let place = Place::Room(room);
        self.files.push(Shared { id, by: who, word, from: room, lies_in: vec![(place, message.clone())] });
        self.said.push(Said { id: message, by: Some(who), place, words: Words::new() });
    }

    async fn a_file_is_deleted(&mut self, numbers: &mut Numbers) {
        let own: Vec<usize> = (0..self.files.len()).filter(|n| !self.away.contains(&self.files[*n].by)).collect();
        let Some(n) = numbers.one_of(&own) else { return };
        let file = self.files.remove(n);
        self.story.tell(format!("{} deletes the file with {}", file.by, file.word.text()));
        self.people[file.by].delete(&format!("/files/{}", file.id)).await.expect(204);
    }

    async fn the_helper_comes_or_goes(&mut self, numbers: &mut Numbers) {
        let room = numbers.below(3);
        if self.rooms[room].is_gone {
            return;
        }
        let at = format!("/channels/{}/agents/{}", self.rooms[room].id, self.helper);
        if self.rooms[room].has_helper {
            self.people[FOUNDER].delete(&at).await.expect(204);
        } else {
            self.people[FOUNDER].put_nothing(&at).await.expect(200);
        }
        self.rooms[room].has_helper = !self.rooms[room].has_helper;
        self.story.tell(format!("the helper is in room {room}: {}", self.rooms[room].has_helper));
    }

    async fn somebody_leaves_out(&mut self, numbers: &mut Numbers) {
        let who = numbers.below(STRANGER);
        if self.away.contains(&who) {
            return;
        }
        let rooms: Vec<usize> = self.rooms_of(who).into_iter().filter(|room| *room < 4).collect();
        let left_out: BTreeSet<usize> = numbers.one_of(&rooms).into_iter().filter(|_| numbers.below(2) == 0).collect();
        self.story.tell(format!("{who} leaves out {left_out:?}"));
        let ids: Vec<&str> = left_out.iter().map(|room| self.rooms[*room].id.as_str()).collect();
        self.people[who].put("/ai/persona/me", json!({"excluded_channel_ids": ids})).await.expect(200);
        self.left_out[who] = left_out;
    }

    async fn a_room_is_deleted(&mut self, numbers: &mut Numbers) {
        let there: Vec<usize> = (0..3).filter(|room| !self.rooms[*room].is_gone).collect();
        let Some(room) = numbers.one_of(&there).filter(|_| there.len() > 1) else { return };
        self.story.tell(format!("room {room} is deleted"));
        self.people[FOUNDER].delete(&format!("/channels/{}", self.rooms[room].id)).await.expect(204);
        self.rooms[room].is_gone = true;
        let rooms = &self.rooms;
        let beside = &self.beside;
        let is_there = |(place, _): &(Place, String)| match place {
            Place::Room(room) => !rooms[*room].is_gone,
            Place::Beside(n) => !rooms[beside[*n].room].is_gone,
            Place::Thread(_) => true,
        };
        for file in self.files.extract_if(.., |file| file.from == room && !file.lies_in.iter().any(is_there)) {
            self.fading[file.by].insert(file.word);
        }
    }

    async fn one_comes_and_goes(&mut self, scene: &Scene) {
        let at = format!("/users/{}", self.people[SOMETIMES].id());
        if self.away.remove(&SOMETIMES) {
            self.story.tell("3 is activated");
            self.people[FOUNDER].patch(&at, json!({"deactivated": false})).await.expect(200);
            self.people[SOMETIMES] = self.people[SOMETIMES].sign_in_again().await;
            self.sockets[SOMETIMES] = Some(Socket::open(&self.people[SOMETIMES]).await.0);
            self.is(scene, SOMETIMES, stead_domain::ports::presence::ConnectionStatus::Online);
        } else {
            self.story.tell("3 is deactivated");
            self.sockets[SOMETIMES] = None;
            self.people[FOUNDER].patch(&at, json!({"deactivated": true})).await.expect(200);
            self.away.insert(SOMETIMES);
        }
    }
}
