//! The pipelines of a catalog, read when they are first asked for: expressions are compiled once, not for each
//! request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::catalog::Catalog;
use super::super::errors::ElasticError;
use super::Pipeline;

/// Pipelines by their names.
pub struct Library {
    catalog: Arc<Catalog>,
    read: Mutex<HashMap<String, Arc<Pipeline>>>,
}

impl Library {
    /// Of this catalog.
    pub fn new(catalog: Arc<Catalog>) -> Self {
        Self {
            catalog,
            read: Mutex::default(),
        }
    }

    /// The pipeline of a name, if there is one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn pipeline(&self, name: &str) -> Result<Option<Arc<Pipeline>>, ElasticError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipeline) = read.get(name) {
            return Ok(Some(Arc::clone(pipeline)));
        }
        let Some(body) = self.catalog.pipelines.get(name) else {
            return Ok(None);
        };
        let pipeline = Arc::new(Pipeline::read(name, body)?);
        read.insert(name.to_owned(), Arc::clone(&pipeline));
        Ok(Some(pipeline))
    }
}

/// The library of the catalog as it stands. A cheap handle.
#[derive(Clone, Default)]
pub struct Libraries {
    last: Arc<Mutex<Option<Arc<Library>>>>,
}

impl Libraries {
    /// The one of this catalog.
    pub fn of(&self, catalog: &Arc<Catalog>) -> Arc<Library> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(library) if Arc::ptr_eq(&library.catalog, catalog) => Arc::clone(library),
            _ => {
                let library = Arc::new(Library::new(Arc::clone(catalog)));
                *last = Some(Arc::clone(&library));
                library
            }
        }
    }
}
