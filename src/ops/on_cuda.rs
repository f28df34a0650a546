//! Operations that run on a GPU as well.

/// Within an [`Operation`](super::operation::Operation) of so many inputs: on a GPU it is run by the function of this name in
/// [`cuda`](super::cuda), which gets the operation and its inputs.
macro_rules! on_cuda {
    ($count:literal, $function:ident) => {
        #[cfg(feature = "cuda")]
        fn on_cuda(
            &self,
            inputs: [$crate::ops::cuda::Numbers<'_>; $count],
        ) -> $crate::ops::cuda::Output {
            $crate::ops::cuda::$function(self, inputs)
        }
    };
}
pub(crate) use on_cuda;
