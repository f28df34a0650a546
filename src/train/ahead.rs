//! Batches that are loaded while the model works on the one before.

use crate::data::{BatchIterator, Batches};
use crate::{Result, Tensor};
use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread;

/// How many batches may wait for the model: enough to even out a batch that takes long, and little memory.
const WAITING: usize = 2;

/// Gives `work` the batches of an epoch in their order. A thread of its own loads them, as one worker of PyTorch's `DataLoader` does,
/// so that the next batch is read and augmented while the model works on this one.
pub(super) fn ahead<T>(
    batches: &dyn Batches,
    epoch: usize,
    work: impl FnOnce(BatchIterator) -> Result<T>,
) -> Result<T> {
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Result<(Tensor, Tensor)>>(WAITING);
        let loading = scope.spawn(move || {
            for batch in batches.batches(epoch) {
                // Nobody waits for it any more: the run was interrupted, or has failed.
                if sender.send(batch).is_err() {
                    break;
                }
            }
        });
        let result = work(Box::new(receiver.into_iter()));
        match loading.join() {
            Ok(()) => result,
            Err(panic) => resume_unwind(panic),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Augment, DataLoader, Mnist, RandomRotate90};
    use crate::train::test_runs::Points;
    use std::sync::Mutex;
    use std::thread::ThreadId;

    /// Notes the thread that each batch is loaded by, and panics at the batch of this number.
    struct Watched {
        threads: Mutex<Vec<ThreadId>>,
        panics_at: usize,
    }

    impl Batches for Watched {
        fn batches(&self, epoch: usize) -> BatchIterator<'_> {
            let batches = Points(&[1; 10]).batches(epoch).collect::<Vec<_>>();
            Box::new(batches.into_iter().enumerate().map(|(index, batch)| {
                self.threads.lock().unwrap().push(thread::current().id());
                assert_ne!(index, self.panics_at, "a torn image");
                batch
            }))
        }

        fn len(&self) -> usize {
            10
        }
    }

    fn watched(panics_at: usize) -> Watched {
        Watched {
            threads: Mutex::default(),
            panics_at,
        }
    }

    #[test]
    fn batches_are_those_of_the_loader_in_its_order() {
        let loader = || {
            let digits = Mnist::synthetic(20, 10, 42).train;
            let turned = Augment::new(digits, 1).with(RandomRotate90);
            // With replacement: how often a sample has been read decides what it looks like.
            DataLoader::new(turned, 3).weighted(&[1.0; 20], 5).unwrap()
        };
        let values = |batches: BatchIterator| -> Vec<Vec<f32>> {
            let images = batches.map(|batch| batch.unwrap().0.flatten_all().unwrap());
            images.map(|images| images.to_vec1().unwrap()).collect()
        };
        let (plain, other) = (loader(), loader());
        for epoch in 1..=2 {
            let found = ahead(&other, epoch, |batches| Ok(values(batches))).unwrap();
            assert_eq!(found.len(), 7);
            assert_eq!(found, values(plain.batches(epoch)));
        }
    }

    #[test]
    fn another_thread_loads_a_few_batches_more_than_are_used_and_then_stops() {
        let batches = watched(usize::MAX);
        let used = ahead(&batches, 1, |batches| Ok(batches.take(3).count())).unwrap();
        assert_eq!(used, 3);
        let threads = batches.threads.lock().unwrap();
        assert!((3..=3 + WAITING + 1).contains(&threads.len()));
        assert!(!threads.contains(&thread::current().id()));
    }

    #[test]
    #[should_panic(expected = "a torn image")]
    fn a_panic_while_loading_is_not_the_end_of_an_epoch() {
        let _ = ahead(&watched(2), 1, |batches| Ok(batches.count()));
    }
}
