"use strict";(self.rspackChunkeosin=self.rspackChunkeosin||[]).push([[3],{22(e,o,r){var n=r(23),t=r.n(n),i=r(24),a=(r.n(i))()(t());a.push([e.id,`/* Only JupyterLab's own variables: so it fits every theme. */

.eosin-ExerciseBar {
  /* In line with the code, which stands behind the prompt. */
  padding-left: calc(var(--jp-cell-prompt-width) + var(--jp-cell-collapser-width));
}

/* Where JupyterLab puts the prompt above the code. */
@media (width <= 760px) {
  .eosin-ExerciseBar {
    padding-left: var(--jp-cell-collapser-width);
  }
}

.eosin-ExerciseBar-row {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px;
  padding: 4px 0;
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
}

.eosin-Mark {
  display: inline-flex;
  align-items: center;
  gap: 4px;
}

.eosin-ExerciseBar-row .eosin-Mark {
  margin: 0 8px;
}

/* The sign alone has a colour; words keep the one that the theme gives them. */
.eosin-Mark-sign {
  width: 1.2em;
  font-weight: bold;
  text-align: center;
}

.eosin-mod-solved .eosin-Mark-sign {
  color: var(--jp-success-color1);
}

.eosin-mod-tried .eosin-Mark-sign {
  color: var(--jp-error-color1);
}

.eosin-Effort {
  color: var(--jp-ui-font-color2);
  white-space: nowrap;
}

.eosin-Options {
  display: flex;
  flex-direction: column;
  gap: 4px;
  max-width: 60em;
  padding-top: 8px;
}

.eosin-Options button {
  display: flex;
  gap: 8px;
  padding: 6px 12px;
  border: 1px solid var(--jp-border-color1);
  border-radius: var(--jp-border-radius);
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-content-font-size1);
  text-align: left;
  cursor: pointer;
}

.eosin-Options button:hover {
  background: var(--jp-layout-color2);
}

/* The chosen one has a thick edge, too: colour alone does not reach everybody. */
.eosin-Options button[aria-pressed='true'] {
  border-color: var(--jp-brand-color1);
  box-shadow: inset 5px 0 var(--jp-brand-color1);
  background: var(--jp-layout-color2);
}

.eosin-Options button:focus-visible {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: 1px;
}

.eosin-mod-replaced {
  display: none;
}

.eosin-ExercisePanel {
  overflow-y: auto;
  padding: 8px 12px;
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
}

.eosin-ExercisePanel h2 {
  margin: 0;
  font-size: var(--jp-ui-font-size2);
}

.eosin-ExercisePanel progress {
  width: 100%;
  accent-color: var(--jp-brand-color1);
}

.eosin-ExercisePanel ol {
  margin: 8px -12px;
  padding: 0;
  list-style: none;
}

.eosin-ExercisePanel li button {
  display: flex;
  gap: 4px;
  width: 100%;
  padding: 6px 12px;
  border: none;
  background: none;
  color: inherit;
  font: inherit;
  text-align: left;
  cursor: pointer;
}

.eosin-ExercisePanel-title {
  flex: 1;
}

.eosin-ExercisePanel li button:hover,
.eosin-ExercisePanel li button[aria-current] {
  background: var(--jp-layout-color2);
}

.eosin-ExercisePanel li button:focus-visible {
  outline: 2px solid var(--jp-brand-color1);
  outline-offset: -2px;
}

/* In the list the sign is enough for the eye; a screen reader reads the words. */
.eosin-ExercisePanel .eosin-Mark-words {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
`,""]),r.d(o,{},{A:a})},24(e){e.exports=function(e){var o=[];return o.toString=function(){return this.map(function(o){var r="",n=void 0!==o[5];return o[4]&&(r+="@supports (".concat(o[4],") {")),o[2]&&(r+="@media ".concat(o[2]," {")),n&&(r+="@layer".concat(o[5].length>0?" ".concat(o[5]):""," {")),r+=e(o),n&&(r+="}"),o[2]&&(r+="}"),o[4]&&(r+="}"),r}).join("")},o.i=function(e,r,n,t,i){"string"==typeof e&&(e=[[null,e,void 0]]);var a={};if(n)for(var s=0;s<this.length;s++){var c=this[s][0];null!=c&&(a[c]=!0)}for(var l=0;l<e.length;l++){var p=[].concat(e[l]);n&&a[p[0]]||(void 0!==i&&(void 0===p[5]||(p[1]="@layer".concat(p[5].length>0?" ".concat(p[5]):""," {").concat(p[1],"}")),p[5]=i),r&&(p[2]&&(p[1]="@media ".concat(p[2]," {").concat(p[1],"}")),p[2]=r),t&&(p[4]?(p[1]="@supports (".concat(p[4],") {").concat(p[1],"}"),p[4]=t):p[4]="".concat(t)),o.push(p))}},o}},23(e){e.exports=function(e){return e[1]}},15(e,o,r){r.r(o);var n=r(16),t=r.n(n),i=r(17),a=r.n(i),s=r(18),c=r.n(s),l=r(19),p=r.n(l),d=r(20),u=r.n(d),f=r(21),h=r.n(f),v=r(22),x={};x.styleTagTransform=h(),x.setAttributes=p(),x.insert=c().bind(null,"head"),x.domAPI=a(),x.insertStyleElement=u(),t()(v.A,x);let g=v.A&&v.A.locals?v.A.locals:void 0;r.d(o,{},{default:g})},16(e){var o=[];function r(e){for(var r=-1,n=0;n<o.length;n++)if(o[n].identifier===e){r=n;break}return r}function n(e,n){for(var t={},i=[],a=0;a<e.length;a++){var s=e[a],c=n.base?s[0]+n.base:s[0],l=t[c]||0,p="".concat(c," ").concat(l);t[c]=l+1;var d=r(p),u={css:s[1],media:s[2],sourceMap:s[3],supports:s[4],layer:s[5]};if(-1!==d)o[d].references++,o[d].updater(u);else{var f=function(e,o){var r=o.domAPI(o);return r.update(e),function(o){o?(o.css!==e.css||o.media!==e.media||o.sourceMap!==e.sourceMap||o.supports!==e.supports||o.layer!==e.layer)&&r.update(e=o):r.remove()}}(u,n);n.byIndex=a,o.splice(a,0,{identifier:p,updater:f,references:1})}i.push(p)}return i}e.exports=function(e,t){var i=n(e=e||[],t=t||{});return function(e){e=e||[];for(var a=0;a<i.length;a++){var s=r(i[a]);o[s].references--}for(var c=n(e,t),l=0;l<i.length;l++){var p=r(i[l]);0===o[p].references&&(o[p].updater(),o.splice(p,1))}i=c}}},18(e){var o={};e.exports=function(e,r){var n=function(e){if(void 0===o[e]){var r=document.querySelector(e);if(window.HTMLIFrameElement&&r instanceof window.HTMLIFrameElement)try{r=r.contentDocument.head}catch(e){r=null}o[e]=r}return o[e]}(e);if(!n)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");n.appendChild(r)}},20(e){e.exports=function(e){var o=document.createElement("style");return e.setAttributes(o,e.attributes),e.insert(o,e.options),o}},19(e,o,r){e.exports=function(e){var o=r.nc;o&&e.setAttribute("nonce",o)}},17(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var o=e.insertStyleElement(e);return{update:function(r){var n,t,i;n="",r.supports&&(n+="@supports (".concat(r.supports,") {")),r.media&&(n+="@media ".concat(r.media," {")),(t=void 0!==r.layer)&&(n+="@layer".concat(r.layer.length>0?" ".concat(r.layer):""," {")),n+=r.css,t&&(n+="}"),r.media&&(n+="}"),r.supports&&(n+="}"),(i=r.sourceMap)&&"u">typeof btoa&&(n+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(i))))," */")),e.styleTagTransform(n,o,e.options)},remove:function(){var e;null===(e=o).parentNode||e.parentNode.removeChild(e)}}}},21(e){e.exports=function(e,o){if(o.styleSheet)o.styleSheet.cssText=e;else{for(;o.firstChild;)o.removeChild(o.firstChild);o.appendChild(document.createTextNode(e))}}}}]);