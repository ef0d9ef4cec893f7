//! Names and labels of a series that exists: equality only.

use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{Labels, LabelsBuilder};

use crate::parser::Parser;
use crate::parser::error::Parsed;
use crate::parser::string::unquoted_text;
use crate::parser::token::Kind;

const CONTEXT: &str = "label set";

impl Parser<'_> {
    /// `name{a="b"}`, `name`, `{a="b"}` or nothing. Leaves what follows unread.
    pub(in crate::parser) fn metric(&mut self) -> Parsed<Labels> {
        let mut labels = LabelsBuilder::default();
        let first = self.peek()?;
        let opens = if first.names_metric() {
            self.take()?;
            labels.set(METRIC_NAME, first.text);
            self.lexer.is_at('{')
        } else if matches!(first.kind, Kind::LeftBrace | Kind::End) {
            first.kind == Kind::LeftBrace
        } else {
            return Err(self.unexpected().within("series values", ""));
        };
        if opens {
            self.expect(Kind::LeftBrace)?;
            self.label_set(&mut labels)?;
        }
        Ok(labels.build())
    }

    fn label_set(&mut self, labels: &mut LabelsBuilder) -> Parsed<()> {
        loop {
            if self.peek()?.kind == Kind::RightBrace {
                self.take()?;
                return Ok(());
            }
            self.label(labels)?;
            match self.peek()?.kind {
                Kind::Comma => self.take().map(drop)?,
                Kind::RightBrace => {}
                _ => return Err(self.unexpected().within(CONTEXT, "\",\" or \"}\"")),
            }
        }
    }

    /// `name="value"`, or the metric's name in quotes.
    fn label(&mut self, labels: &mut LabelsBuilder) -> Parsed<()> {
        let token = self.peek()?;
        let name = match token.kind {
            Kind::Identifier => token.text.to_owned(),
            Kind::String => unquoted_text(token),
            _ => return Err(self.unexpected().within(CONTEXT, "identifier or \"}\"")),
        };
        self.take()?;
        if self.peek()?.kind != Kind::Assign {
            if token.kind == Kind::String {
                labels.set(METRIC_NAME, name);
                return Ok(());
            }
            return Err(self.unexpected().within(CONTEXT, "\"=\""));
        }
        self.take()?;
        let value = self
            .expect(Kind::String)
            .map_err(|fault| fault.within(CONTEXT, "string"))?;
        labels.set(name, unquoted_text(value));
        Ok(())
    }
}
