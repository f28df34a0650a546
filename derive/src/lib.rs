//! `#[derive(Layers)]`: finds the layers of a model in the fields of its struct.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{
    Data, DeriveInput, Error, Field, Fields, Index, Member, Result, parse_macro_input, parse_quote,
};

/// Implements `eosin::nn::Layers` for a struct: its layers are those of its fields, in their order, and are named as these
/// are. Numbers, texts, options and the like may stand among them. A field of any other type that holds no layers is
/// marked `#[layers(skip)]`.
#[proc_macro_derive(Layers, attributes(layers))]
pub fn layers(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    implementation(&input)
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

fn implementation(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(
            input.ident.span(),
            "`Layers` can only be derived for a struct; for an enum, write `impl Layers` yourself",
        ));
    };
    let visits = members(&data.fields)
        .filter_map(|(member, name, field)| match is_skipped(field) {
            Ok(true) => None,
            Ok(false) => Some(Ok(quote!(visitor.field(#name, &self.#member);))),
            Err(error) => Some(Err(error)),
        })
        .collect::<Result<Vec<_>>>()?;
    let name = &input.ident;
    let mut generics = input.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(::eosin::nn::Layers));
    }
    let (generics, arguments, bounds) = generics.split_for_impl();
    Ok(quote! {
        impl #generics ::eosin::nn::Layers for #name #arguments #bounds {
            #[allow(unused_variables, reason = "there may be no field")]
            fn visit(&self, visitor: &mut ::eosin::nn::Visitor<'_>) {
                #(#visits)*
            }
        }
    })
}

/// Each field with the way to it and its name; those of a tuple struct are named by their numbers.
fn members(fields: &Fields) -> impl Iterator<Item = (Member, String, &Field)> {
    fields.iter().enumerate().map(|(number, field)| {
        let member = match &field.ident {
            Some(name) => Member::Named(format_ident!("{name}")),
            None => Member::Unnamed(Index {
                index: number as u32,
                span: field.span(),
            }),
        };
        let name = match &field.ident {
            Some(name) => name.to_string().trim_start_matches("r#").to_owned(),
            None => number.to_string(),
        };
        (member, name, field)
    })
}

fn is_skipped(field: &Field) -> Result<bool> {
    let mut skipped = false;
    for attribute in &field.attrs {
        if attribute.path().is_ident("layers") {
            attribute.parse_nested_meta(|meta| match meta.path.is_ident("skip") {
                true => {
                    skipped = true;
                    Ok(())
                }
                false => Err(meta.error("the only option is `#[layers(skip)]`")),
            })?;
        }
    }
    Ok(skipped)
}
