//! Operations that run on a GPU, too.

/// Within an operation of so many inputs: on a GPU it is run by the function of this name in [`cuda`](super::cuda), which gets
/// the operation and each input's storage and layout.
macro_rules! on_cuda {
    (1, $function:ident) => {
        #[cfg(feature = "cuda")]
        fn cuda_fwd(
            &self,
            input: &candle_core::CudaStorage,
            layout: &candle_core::Layout,
        ) -> candle_core::Result<(candle_core::CudaStorage, candle_core::Shape)> {
            $crate::ops::cuda::$function(self, (input, layout))
        }
    };
    (2, $function:ident) => {
        #[cfg(feature = "cuda")]
        fn cuda_fwd(
            &self,
            first: &candle_core::CudaStorage,
            first_layout: &candle_core::Layout,
            second: &candle_core::CudaStorage,
            second_layout: &candle_core::Layout,
        ) -> candle_core::Result<(candle_core::CudaStorage, candle_core::Shape)> {
            let second = (second, second_layout);
            $crate::ops::cuda::$function(self, (first, first_layout), second)
        }
    };
    (3, $function:ident) => {
        #[cfg(feature = "cuda")]
        fn cuda_fwd(
            &self,
            first: &candle_core::CudaStorage,
            first_layout: &candle_core::Layout,
            second: &candle_core::CudaStorage,
            second_layout: &candle_core::Layout,
            third: &candle_core::CudaStorage,
            third_layout: &candle_core::Layout,
        ) -> candle_core::Result<(candle_core::CudaStorage, candle_core::Shape)> {
            let (second, third) = ((second, second_layout), (third, third_layout));
            $crate::ops::cuda::$function(self, (first, first_layout), second, third)
        }
    };
}
pub(crate) use on_cuda;
