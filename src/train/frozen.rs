//! Which parameters learn, and which stay as they are: on purpose, or because no gradient reaches them.

use crate::nn::Parameters;
use crate::{Error, Gradients, Result};

/// How many names a sentence lists.
const MOST_NAMES: usize = 8;

/// The names of parameters and layers that are not to change.
#[derive(Debug, Default)]
pub(super) struct Frozen(Vec<String>);

impl Frozen {
    pub fn add(&mut self, name: &str) {
        self.0.push(name.to_owned());
    }

    fn holds(&self, parameter: &str) -> bool {
        self.0.iter().any(|name| is_part(parameter, name))
    }

    /// Whether there is something by each name, and something left that can learn.
    pub fn check(&self, parameters: &Parameters) -> Result<()> {
        let names: Vec<&str> = parameters.iter().map(|(name, _)| name).collect();
        for frozen in &self.0 {
            if !names.iter().any(|name| is_part(name, frozen)) {
                return Err(Error::Invalid(format!(
                    "frozen: the model has no parameter or layer `{frozen}`; its parameters are {}",
                    listed(&names)
                )));
            }
        }
        if !self.0.is_empty() && names.iter().all(|name| self.holds(name)) {
            return Err(Error::Invalid(
                "fit: all parameters are frozen, so there is nothing to learn; freeze fewer"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// Takes away the gradients of frozen parameters: what has no gradient stays as it is.
    pub fn withhold(&self, parameters: &Parameters, gradients: &mut Gradients) {
        for (name, variable) in parameters.iter() {
            if self.holds(name) {
                gradients.remove(variable);
            }
        }
    }

    /// What to say about parameters that are not frozen and yet get no gradient.
    ///
    /// # Errors
    /// When that is all of them: then nothing can be learned.
    pub fn note(&self, parameters: &Parameters, gradients: &Gradients) -> Result<Option<String>> {
        let learning = parameters.iter().filter(|(name, _)| !self.holds(name));
        let (with, without): (Vec<_>, Vec<_>) =
            learning.partition(|(_, variable)| gradients.get(variable).is_some());
        let names: Vec<&str> = without.iter().map(|(name, _)| *name).collect();
        match (with.is_empty(), names.as_slice()) {
            (true, _) => Err(Error::Invalid(
                "fit: no gradient reaches any parameter, so the model cannot learn: is the loss computed from what `forward` \
                 returns? Look in both for `detach` and `no_grad`, and for operations without a gradient, such as `argmax`"
                    .to_owned(),
            )),
            (false, []) => Ok(None),
            (false, [first, ..]) => Ok(Some(format!(
                "No gradient reaches {}, so training does not change them. Look in `forward` for a layer whose output is not used, \
                 for `detach` and for `no_grad`. If you want them to stay as they are, say so: `.frozen(\"{first}\")`.",
                listed(&names)
            ))),
        }
    }
}

/// Whether a parameter is, or belongs to, what is called so.
fn is_part(parameter: &str, name: &str) -> bool {
    let rest = parameter.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(MOST_NAMES)
        .map(|name| format!("`{name}`"))
        .collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tensor;
    use crate::nn::{BatchNorm1d, Layers, Linear, Module, Sequential};
    use crate::sequential;
    use crate::train::test_runs::{Points, Witness, squared_error, turn, weights};
    use crate::train::{Sgd, Trainer};
    use candle_core::Device;

    /// Two layers, of which gradients may reach only the second, or none.
    #[derive(Layers)]
    struct Two {
        first: Linear,
        second: Linear,
        #[layers(skip)]
        detached: usize,
    }

    fn two(detached: usize) -> Two {
        let (first, second) = (Linear::new(1, 1), Linear::new(1, 1));
        let model = Two {
            first,
            second,
            detached,
        };
        model.init(1, &Device::Cpu).unwrap()
    }

    impl Module for Two {
        fn forward(&self, input: &Tensor) -> Result<Tensor> {
            let detach = |output: Tensor, layer| match layer <= self.detached {
                true => output.detach(),
                false => output,
            };
            let hidden = detach(self.first.forward(input)?, 1);
            Ok(detach(self.second.forward(&hidden)?, 2))
        }
    }

    fn trainer(model: &Two) -> Trainer<'_> {
        let trainer = Trainer::new(model, squared_error);
        trainer.optimizer(Sgd::new(0.01)).epochs(1)
    }

    #[test]
    fn parameters_that_no_gradient_reaches_are_named_once() {
        let _turn = turn();
        let (model, mut witness) = (two(1), Witness::default());
        let run = trainer(&model).epochs(2).callback(&mut witness);
        run.fit(&Points(&[4, 4]), &Points(&[2])).unwrap();
        let [note] = &witness.notes[..] else {
            panic!("{:?}", witness.notes)
        };
        assert!(
            note.contains("reaches `first.weight`, `first.bias`, so"),
            "{note}"
        );
        assert!(note.contains(".frozen(\"first.weight\")"), "{note}");

        let (model, mut witness) = (two(0), Witness::default());
        let run = trainer(&model).callback(&mut witness);
        run.fit(&Points(&[4]), &Points(&[2])).unwrap();
        assert!(witness.notes.is_empty(), "{:?}", witness.notes);
    }

    #[test]
    fn a_model_that_no_gradient_reaches_is_refused() {
        let _turn = turn();
        let model = two(2);
        let message = trainer(&model).fit(&Points(&[4]), &Points(&[2]));
        let message = message.unwrap_err().to_string();
        assert!(message.contains("cannot learn"), "{message}");
    }

    #[test]
    fn frozen_parameters_stay_as_they_are_and_need_no_note() {
        let _turn = turn();
        for detached in [0, 1] {
            let (model, mut witness) = (two(detached), Witness::default());
            let before = weights(&model);
            let run = trainer(&model).frozen("first").callback(&mut witness);
            run.fit(&Points(&[4]), &Points(&[2])).unwrap();
            let after = weights(&model);
            assert_eq!(before[..2], after[..2]);
            assert!(before[2] != after[2] && before[3] != after[3]);
            assert!(witness.notes.is_empty(), "{:?}", witness.notes);
        }
    }

    /// A layer that is taken over, with batch normalisation in it, and a new one.
    #[derive(Layers)]
    struct Encoded {
        encoder: Sequential,
        head: Linear,
    }

    impl Module for Encoded {
        fn forward(&self, input: &Tensor) -> Result<Tensor> {
            self.head.forward(&self.encoder.forward(input)?)
        }
    }

    #[test]
    fn weights_that_were_taken_over_and_frozen_stay_bit_for_bit_while_their_statistics_follow_the_batches()
     {
        let _turn = turn();
        let encoder = |seed| {
            let layers = sequential![Linear::new(1, 4), BatchNorm1d::new(4)];
            layers.init(seed, &Device::Cpu).unwrap()
        };
        let pretrained = encoder(1);
        let head = Linear::new(4, 1).init(2, &Device::Cpu).unwrap();
        let model = Encoded {
            encoder: encoder(3),
            head,
        };
        let source = pretrained.parameters().renamed("", "encoder.").unwrap();
        let transfer = model.parameters().copy_matching(&source).unwrap();
        assert_eq!(transfer.only_in_model, ["head.weight", "head.bias"]);
        let before = weights(&model);
        // Both would move a weight that has a gradient, however small.
        let optimizer = Sgd::new(0.01).momentum(0.9).weight_decay(0.1);
        let run = Trainer::new(&model, squared_error)
            .optimizer(optimizer)
            .epochs(3);
        run.frozen("encoder")
            .fit(&Points(&[4, 4]), &Points(&[2]))
            .unwrap();
        let after = weights(&model);
        assert_eq!(after[..4], weights(&pretrained));
        assert!(before[4] != after[4] && before[5] != after[5]);
        let mean = |name| {
            let mean = model.parameters().get(name).unwrap();
            mean.to_vec1::<f32>().unwrap()
        };
        assert_ne!(mean("encoder.1.running_mean"), [0.0; 4]);
    }

    #[test]
    fn what_is_frozen_must_exist_and_leave_something_to_learn() {
        let _turn = turn();
        let model = two(0);
        let message = |names: &[&str]| {
            let run = names
                .iter()
                .fold(trainer(&model), |run, name| run.frozen(name));
            let outcome = run.fit(&Points(&[4]), &Points(&[2]));
            outcome.unwrap_err().to_string()
        };
        let missing = message(&["firs"]);
        assert!(missing.contains("`firs`"), "{missing}");
        assert!(missing.contains("`first.weight`"), "{missing}");
        let nothing = message(&["first", "second"]);
        assert!(nothing.contains("nothing to learn"), "{nothing}");
    }

    #[test]
    fn long_lists_of_names_are_cut() {
        let names = ["a"; 10];
        assert_eq!(listed(&names[..2]), "`a`, `a`");
        assert!(listed(&names).ends_with("`a` and 2 more"));
    }
}
